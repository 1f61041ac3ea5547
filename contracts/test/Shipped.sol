// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICheckpointLog} from "../src/ICheckpointLog.sol";
import {VM} from "./Vm.sol";

/// @notice Deploys the bytes that ship, so that nothing is tested but what users get.
/// @return log The new contract.
function deployShipped() returns (ICheckpointLog log) {
    bytes memory code = VM.parseJsonBytes(VM.readFile("CheckpointLog.json"), ".bytecode");
    assembly ("memory-safe") {
        log := create(0, add(code, 32), mload(code))
    }
    VM.assertTrue(address(log).code.length != 0, "the artefact does not deploy");
}
