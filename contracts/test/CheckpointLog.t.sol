// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICheckpointLog} from "../src/ICheckpointLog.sol";
import {deployShipped} from "./Shipped.sol";
import {VM} from "./Vm.sol";

/// @notice What one call does, for chosen and for fuzzed inputs.
contract CheckpointLogTest {
    ICheckpointLog private _contract;

    address private constant WRITER = address(0xA11CE);
    address private constant OTHER = address(0xB0B);
    bytes32 private constant REGISTRY = keccak256("registry");
    bytes32 private constant ROOT = keccak256("root");
    bytes32 private _log;

    function setUp() public {
        _contract = deployShipped();
        VM.prank(WRITER);
        _log = _contract.open(REGISTRY);
    }

    // open

    function test_OpenReturnsTheSha256OfChainContractCallerAndRegistry() public {
        bytes32 expected = sha256(abi.encode(block.chainid, address(_contract), OTHER, REGISTRY));
        VM.expectEmit(address(_contract));
        emit ICheckpointLog.Opened(expected, OTHER, REGISTRY);
        VM.prank(OTHER);
        bytes32 opened = _contract.open(REGISTRY);
        VM.assertEq(opened, expected, "id");
        _assertHead(opened, OTHER, 0);
    }

    function test_OpenTwiceReverts() public {
        VM.expectRevert(abi.encodeWithSelector(ICheckpointLog.AlreadyOpen.selector, _log));
        VM.prank(WRITER);
        _contract.open(REGISTRY);
    }

    function test_OpenAgainAfterHandOverReverts() public {
        VM.prank(WRITER);
        _contract.handOver(_log, OTHER);
        VM.expectRevert(abi.encodeWithSelector(ICheckpointLog.AlreadyOpen.selector, _log));
        VM.prank(WRITER);
        _contract.open(REGISTRY);
    }

    function testFuzz_IdsDifferWithChainContractCallerAndRegistry(uint32 chain, address caller, bytes32 registry)
        public
    {
        VM.assume(chain != 0 && chain != block.chainid);
        VM.assume(caller != WRITER && caller != address(0) && registry != REGISTRY);
        VM.prank(caller);
        VM.assertNotEq(_contract.open(REGISTRY), _log, "caller");
        VM.prank(WRITER);
        VM.assertNotEq(_contract.open(registry), _log, "registry");
        ICheckpointLog another = deployShipped();
        VM.prank(WRITER);
        VM.assertNotEq(another.open(REGISTRY), _log, "contract");
        VM.chainId(chain);
        VM.prank(WRITER);
        VM.assertNotEq(_contract.open(REGISTRY), _log, "chain");
    }

    // checkpoint

    function test_CheckpointMovesTheSizeAndTellsTheRoot() public {
        VM.expectEmit(address(_contract));
        emit ICheckpointLog.Checkpointed(_log, WRITER, 5, ROOT);
        _checkpoint(WRITER, 5);
        _assertHead(_log, WRITER, 5);
        _checkpoint(WRITER, 6);
        _assertHead(_log, WRITER, 6);
    }

    function test_CheckpointOfTheSameSizeReverts() public {
        _checkpoint(WRITER, 5);
        _expectNotGrowing(5, 5);
        _checkpoint(WRITER, 5);
    }

    function test_EmptyFirstCheckpointReverts() public {
        _expectNotGrowing(0, 0);
        _checkpoint(WRITER, 0);
    }

    function test_NothingGrowsPastTheLargestSize() public {
        _checkpoint(WRITER, type(uint64).max);
        _expectNotGrowing(type(uint64).max, type(uint64).max);
        _checkpoint(WRITER, type(uint64).max);
    }

    function test_LogThatWasNeverOpenedTakesNoCheckpoint() public {
        bytes32 unopened = keccak256("unopened");
        _assertHead(unopened, address(0), 0);
        VM.expectRevert(abi.encodeWithSelector(ICheckpointLog.NotWriter.selector, unopened, WRITER));
        VM.prank(WRITER);
        _contract.checkpoint(unopened, 1, ROOT);
    }

    function testFuzz_CheckpointGrowsOrReverts(uint64 first, uint64 second) public {
        VM.assume(first != 0);
        _checkpoint(WRITER, first);
        if (second <= first) {
            _expectNotGrowing(first, second);
            _checkpoint(WRITER, second);
            _assertHead(_log, WRITER, first);
        } else {
            _checkpoint(WRITER, second);
            _assertHead(_log, WRITER, second);
        }
    }

    function testFuzz_StrangerCannotCheckpoint(address stranger, uint64 size) public {
        VM.assume(stranger != WRITER);
        _expectNotWriter(stranger);
        _checkpoint(stranger, size);
        _assertHead(_log, WRITER, 0);
    }

    /// @dev The ABI decoder must refuse a size that doesn't fit, not cut it off.
    function testFuzz_SizeOverSixtyFourBitsReverts(uint256 size) public {
        VM.assume(size > type(uint64).max);
        VM.prank(WRITER);
        (bool done,) =
            address(_contract).call(abi.encodeWithSelector(ICheckpointLog.checkpoint.selector, _log, size, ROOT));
        VM.assertTrue(!done, "took a size of more than 64 bits");
        _assertHead(_log, WRITER, 0);
    }

    // handOver

    function test_HandOverMovesTheWriterOnly() public {
        _checkpoint(WRITER, 5);
        VM.expectEmit(address(_contract));
        emit ICheckpointLog.HandedOver(_log, WRITER, OTHER);
        _handOver(WRITER, OTHER);
        _assertHead(_log, OTHER, 5);
    }

    function test_FormerWriterHasNoSay() public {
        _handOver(WRITER, OTHER);
        _expectNotWriter(WRITER);
        _checkpoint(WRITER, 1);
        _expectNotWriter(WRITER);
        _handOver(WRITER, WRITER);
        _checkpoint(OTHER, 1);
        _assertHead(_log, OTHER, 1);
    }

    function test_HandOverToNobodyReverts() public {
        VM.expectRevert(abi.encodeWithSelector(ICheckpointLog.NoWriter.selector, _log));
        _handOver(WRITER, address(0));
    }

    function testFuzz_StrangerCannotHandOver(address stranger, address to) public {
        VM.assume(stranger != WRITER);
        _expectNotWriter(stranger);
        _handOver(stranger, to);
        _assertHead(_log, WRITER, 0);
    }

    // the contract as a whole

    function testFuzz_WriterAndSizeFillOneSlot(uint64 size) public {
        VM.assume(size != 0);
        _checkpoint(WRITER, size);
        bytes32 slot = VM.load(address(_contract), keccak256(abi.encode(_log, uint256(0))));
        VM.assertEq(slot, bytes32(uint256(size) << 160 | uint160(WRITER)), "slot");
    }

    function testFuzz_TakesNoEther(uint96 amount) public {
        VM.assume(amount != 0);
        VM.deal(address(this), amount);
        (bool plain,) = address(_contract).call{value: amount}("");
        VM.assertTrue(!plain, "took ether by a plain transfer");
        (bool opened,) =
            address(_contract).call{value: amount}(abi.encodeWithSelector(ICheckpointLog.open.selector, REGISTRY));
        VM.assertTrue(!opened, "took ether with a call");
    }

    function _checkpoint(address caller, uint64 size) private {
        VM.prank(caller);
        _contract.checkpoint(_log, size, ROOT);
    }

    function _handOver(address caller, address to) private {
        VM.prank(caller);
        _contract.handOver(_log, to);
    }

    function _expectNotWriter(address caller) private {
        VM.expectRevert(abi.encodeWithSelector(ICheckpointLog.NotWriter.selector, _log, caller));
    }

    function _expectNotGrowing(uint64 current, uint64 size) private {
        VM.expectRevert(abi.encodeWithSelector(ICheckpointLog.NotGrowing.selector, _log, current, size));
    }

    function _assertHead(bytes32 log, address writer, uint64 size) private view {
        (address actualWriter, uint64 actualSize) = _contract.head(log);
        VM.assertEq(actualWriter, writer, "writer");
        VM.assertEq(actualSize, size, "size");
    }
}
