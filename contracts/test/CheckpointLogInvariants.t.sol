// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CheckpointLogHandler} from "./CheckpointLogHandler.sol";
import {deployShipped} from "./Shipped.sol";
import {VM} from "./Vm.sol";

/// @notice What holds after any sequence of calls. The invariants are listed in CheckpointLogHandler.
contract CheckpointLogInvariants {
    CheckpointLogHandler private _handler;

    mapping(bytes32 log => uint64) private _largest;

    function setUp() public {
        _handler = new CheckpointLogHandler(deployShipped());
    }

    /// @dev Forge calls only these contracts; without it, it would call the log itself from random senders.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    function invariant_SizeNeverShrinks() external {
        for (uint256 i = 0; i < _handler.logCount(); i++) {
            bytes32 log = _handler.logs(i);
            (, uint64 size) = _handler.subject().head(log);
            VM.assertTrue(size >= _largest[log], "a size shrank");
            _largest[log] = size;
        }
    }

    function invariant_OpenedLogHasAWriter() external view {
        for (uint256 i = 0; i < _handler.logCount(); i++) {
            (address writer, uint64 size) = _handler.subject().head(_handler.logs(i));
            // The first is the log that nobody opens.
            VM.assertTrue((writer != address(0)) == (i != 0), "a writer came or went by itself");
            VM.assertTrue(i != 0 || size == 0, "a log that was never opened has a size");
        }
    }

    /// @notice Each whole run took right calls and refused wrong ones.
    /// @dev Not so the short runs in which forge replays or shrinks a counterexample.
    function afterInvariant() external view {
        if (_handler.accepted() + _handler.refused() < 48) return;
        VM.assertLt(0, _handler.accepted(), "no call went through");
        VM.assertLt(0, _handler.refused(), "no call was refused");
    }
}
