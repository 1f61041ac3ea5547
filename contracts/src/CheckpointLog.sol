// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICheckpointLog} from "./ICheckpointLog.sol";

/// @title The checkpoint log
/// @notice See {ICheckpointLog}, which carries the words of the contract.
contract CheckpointLog is ICheckpointLog {
    /// @dev Both fields fill one slot. Opening pays for the slot, so the first checkpoint costs no more than the next.
    struct Head {
        address writer;
        uint64 size;
    }

    mapping(bytes32 log => Head) private _heads;

    /// @inheritdoc ICheckpointLog
    function open(bytes32 registry) external returns (bytes32 log) {
        log = sha256(abi.encode(block.chainid, address(this), msg.sender, registry));
        Head storage slot = _heads[log];
        // A writer is never zero again once set, so a log can't be reopened after it was handed over.
        if (slot.writer != address(0)) revert AlreadyOpen(log);
        slot.writer = msg.sender;
        emit Opened(log, msg.sender, registry);
    }

    /// @inheritdoc ICheckpointLog
    function checkpoint(bytes32 log, uint64 size, bytes32 root) external {
        Head storage slot = _heads[log];
        (address writer, uint64 current) = (slot.writer, slot.size);
        if (msg.sender != writer) revert NotWriter(log, msg.sender);
        if (size <= current) revert NotGrowing(log, current, size);
        slot.size = size;
        emit Checkpointed(log, msg.sender, size, root);
    }

    /// @inheritdoc ICheckpointLog
    function handOver(bytes32 log, address writer) external {
        Head storage slot = _heads[log];
        if (msg.sender != slot.writer) revert NotWriter(log, msg.sender);
        if (writer == address(0)) revert NoWriter(log);
        slot.writer = writer;
        emit HandedOver(log, msg.sender, writer);
    }

    /// @inheritdoc ICheckpointLog
    function head(bytes32 log) external view returns (address writer, uint64 size) {
        Head storage slot = _heads[log];
        return (slot.writer, slot.size);
    }
}
