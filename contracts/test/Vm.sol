// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice The few of forge's cheatcodes that these tests use, so that no library needs downloading.
interface Vm {
    /// @notice The next call comes from `sender`.
    function prank(address sender) external;

    /// @notice The next call must revert with exactly these bytes.
    function expectRevert(bytes calldata data) external;

    /// @notice The next call must emit the event that is emitted right after this line, topics, data and emitter alike.
    function expectEmit(address emitter) external;

    /// @notice Rejects fuzzed inputs for which `condition` is false.
    function assume(bool condition) external pure;

    /// @notice Sets `block.chainid`.
    function chainId(uint256 id) external;

    /// @notice Sets an account's balance.
    function deal(address account, uint256 balance) external;

    /// @notice Reads a storage slot.
    function load(address target, bytes32 slot) external view returns (bytes32);

    /// @notice Reads a file that foundry.toml gives access to.
    function readFile(string calldata path) external view returns (string memory);

    /// @notice The hexadecimal string at `key` in `json`, as bytes.
    function parseJsonBytes(string calldata json, string calldata key) external pure returns (bytes memory);

    function assertTrue(bool condition, string calldata why) external pure;
    function assertEq(uint256 left, uint256 right, string calldata why) external pure;
    function assertEq(address left, address right, string calldata why) external pure;
    function assertEq(bytes32 left, bytes32 right, string calldata why) external pure;
    function assertNotEq(bytes32 left, bytes32 right, string calldata why) external pure;
    function assertLt(uint256 left, uint256 right, string calldata why) external pure;
}

/// @dev The address at which forge answers cheatcodes.
Vm constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
