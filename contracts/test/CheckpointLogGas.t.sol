// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICheckpointLog} from "../src/ICheckpointLog.sol";
import {deployShipped} from "./Shipped.sol";

/// @notice One call a test and nothing else, so that `.gas-snapshot` moves when the contract's cost does.
/// @dev Forge's numbers include the test's own call; what a whole transaction costs is measured on a chain, in Python.
contract CheckpointLogGas {
    ICheckpointLog private _contract;
    bytes32 private _fresh;
    bytes32 private _used;

    function setUp() public {
        _contract = deployShipped();
        _fresh = _contract.open(keccak256("fresh"));
        _used = _contract.open(keccak256("used"));
        _contract.checkpoint(_used, 1, keccak256("root"));
    }

    function test_Open() public {
        _contract.open(keccak256("new"));
    }

    function test_CheckpointFirst() public {
        _contract.checkpoint(_fresh, 2, keccak256("root"));
    }

    function test_CheckpointNext() public {
        _contract.checkpoint(_used, 2, keccak256("root"));
    }

    function test_HandOver() public {
        _contract.handOver(_used, address(0xB0B));
    }
}
