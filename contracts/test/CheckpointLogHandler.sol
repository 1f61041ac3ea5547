// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICheckpointLog} from "../src/ICheckpointLog.sol";
import {VM} from "./Vm.sol";

/// @notice Drives the contract with a few callers and logs, right calls and wrong ones mixed, and holds every log's head
/// before each call against its head after.
///
/// The invariants:
///
/// 1. A log's size never shrinks.
/// 2. Only its writer moves a log: a call by anyone else changes no head at all, and neither does a call that reverts.
/// 3. A checkpoint moves the size only, to the size it names; a hand-over moves the writer only, to the one it names.
/// 4. A call moves at most the one log that it names, and opening moves only the log that it opens.
/// 5. A log that was opened has a writer ever after.
/// 6. A right call goes through: the writer can always checkpoint a greater size and hand over to anybody but zero.
///
/// 2, 3, 4 and 6 are about single calls and are checked in here; 1 and 5 over whole runs, in CheckpointLogInvariants.
contract CheckpointLogHandler {
    ICheckpointLog public immutable subject;
    bytes32[] public logs;

    /// @notice How many calls of each kind went through and were refused: a run that never gets anywhere proves nothing.
    uint256 public accepted;
    uint256 public refused;

    address[3] private _callers = [address(0xA11CE), address(0xB0B), address(0xCA401)];
    mapping(bytes32 log => bool) private _opened;
    mapping(bytes32 log => bytes32) private _before;

    constructor(ICheckpointLog subject_) {
        subject = subject_;
        // One log that nobody ever opens.
        logs.push(keccak256("unopened"));
    }

    function logCount() external view returns (uint256) {
        return logs.length;
    }

    function open(uint256 caller, uint8 registry) external {
        address sender = _pick(caller);
        bytes32 salt = bytes32(uint256(registry % 4));
        bytes32 log = sha256(abi.encode(block.chainid, address(subject), sender, salt));
        bool right = !_opened[log];
        if (right) {
            _opened[log] = true;
            logs.push(log);
        }
        _remember();
        VM.prank(sender);
        try subject.open(salt) returns (bytes32 id) {
            VM.assertEq(id, log, "opened another log than foretold");
            _settle(true, right, log, sender, 0);
        } catch {
            _settle(false, right, log, sender, 0);
        }
    }

    function checkpoint(uint256 caller, uint256 which, uint64 size, bool near, bytes32 root) external {
        bytes32 log = logs[which % logs.length];
        (address writer, uint64 current) = subject.head(log);
        address sender = caller % 2 == 0 && writer != address(0) ? writer : _pick(caller);
        // A random size is nearly always huge, and would end the log's growth with the first call.
        if (near) size = uint64((uint256(current) + size % 8) % (uint256(type(uint64).max) + 1));
        bool right = sender == writer && size > current;
        _remember();
        VM.prank(sender);
        try subject.checkpoint(log, size, root) {
            _settle(true, right, log, writer, size);
        } catch {
            _settle(false, right, log, writer, size);
        }
    }

    function handOver(uint256 caller, uint256 which, uint256 next) external {
        bytes32 log = logs[which % logs.length];
        (address writer, uint64 current) = subject.head(log);
        address sender = caller % 2 == 0 && writer != address(0) ? writer : _pick(caller);
        address to = next % 8 == 0 ? address(0) : _pick(next);
        bool right = sender == writer && to != address(0);
        _remember();
        VM.prank(sender);
        try subject.handOver(log, to) {
            _settle(true, right, log, to, current);
        } catch {
            _settle(false, right, log, to, current);
        }
    }

    function _pick(uint256 seed) private view returns (address) {
        return _callers[(seed / 2) % _callers.length];
    }

    function _remember() private {
        for (uint256 i = 0; i < logs.length; i++) {
            _before[logs[i]] = _head(logs[i]);
        }
    }

    function _settle(bool done, bool right, bytes32 moved, address writer, uint64 size) private {
        VM.assertTrue(done == right, right ? "refused a right call" : "took a wrong call");
        if (done) accepted++;
        else refused++;
        for (uint256 i = 0; i < logs.length; i++) {
            bytes32 expected = done && logs[i] == moved ? _pack(writer, size) : _before[logs[i]];
            VM.assertEq(_head(logs[i]), expected, "a head moved that should not have, or not as it should");
        }
    }

    function _head(bytes32 log) private view returns (bytes32) {
        (address writer, uint64 size) = subject.head(log);
        return _pack(writer, size);
    }

    function _pack(address writer, uint64 size) private pure returns (bytes32) {
        return bytes32(uint256(size) << 160 | uint160(writer));
    }
}
