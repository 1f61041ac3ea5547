// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Append-only logs whose checkpoints are timestamped by a chain
/// @notice A log lives elsewhere. What stands here is who may speak for it and how far they have spoken; each checkpoint
/// is an event in a block, and that block is its timestamp. The contract can't check a root: it promises only that a
/// log's sizes strictly grow and that every checkpoint is in the open, so that two histories can't be shown unseen.
/// @dev Nobody owns this contract. It has no upgrade, pause, fee or constructor argument, and holds no ether. Storage is
/// one slot a log: writer (160 bits), size (64 bits). Roots are not stored: a verifier reads them from events.
interface ICheckpointLog {
    /// @notice A log was opened.
    /// @param log The log's id.
    /// @param writer Its first writer.
    /// @param registry SHA-256 of the public keys of the registry that it belongs to.
    event Opened(bytes32 indexed log, address indexed writer, bytes32 registry);

    /// @notice A log's writer stated that its first `size` leaves have the RFC 6962 root `root`.
    /// @param log The log's id.
    /// @param writer Who stated it.
    /// @param size How many leaves the root covers.
    /// @param root The root.
    event Checkpointed(bytes32 indexed log, address indexed writer, uint64 size, bytes32 root);

    /// @notice A log passed from one writer to the next; its size stayed.
    /// @param log The log's id.
    /// @param from The writer until now.
    /// @param to The writer from now on.
    event HandedOver(bytes32 indexed log, address indexed from, address indexed to);

    /// @notice The caller has opened a log for this registry here before.
    /// @param log The id of that log.
    error AlreadyOpen(bytes32 log);

    /// @notice Only a log's writer may do this. A log that was never opened has no writer.
    /// @param log The log's id.
    /// @param caller Who tried.
    error NotWriter(bytes32 log, address caller);

    /// @notice A checkpoint must cover more leaves than the one before it.
    /// @param log The log's id.
    /// @param current The size of its last checkpoint, 0 if there is none.
    /// @param size The size that was refused.
    error NotGrowing(bytes32 log, uint64 current, uint64 size);

    /// @notice A log can't be handed to the zero address.
    /// @param log The log's id.
    error NoWriter(bytes32 log);

    /// @notice Opens a log with the caller as its writer and size 0.
    /// @dev The id is SHA-256, not Keccak-256, so that a verifier with a standard library or a browser's WebCrypto can
    /// recompute it. It is known before the transaction is sent, so a lost reply does no harm; it holds the caller, so
    /// nobody else can take it first.
    /// @param registry SHA-256 of the registry's public keys.
    /// @return log SHA-256 of 128 bytes: chain id, this contract, the caller and `registry`, each a 32-byte big-endian word.
    /// @custom:reverts AlreadyOpen when this caller has opened a log for this registry before.
    function open(bytes32 registry) external returns (bytes32 log);

    /// @notice Publishes a checkpoint of a log.
    /// @param log The log's id.
    /// @param size How many leaves the root covers; more than the last checkpoint's.
    /// @param root The RFC 6962 root of these leaves.
    /// @custom:reverts NotWriter unless the caller is the log's writer.
    /// @custom:reverts NotGrowing unless `size` is greater than the last.
    function checkpoint(bytes32 log, uint64 size, bytes32 root) external;

    /// @notice Makes `writer` the log's only writer.
    /// @param log The log's id.
    /// @param writer The next writer.
    /// @custom:reverts NotWriter unless the caller is the log's writer.
    /// @custom:reverts NoWriter when `writer` is the zero address.
    function handOver(bytes32 log, address writer) external;

    /// @notice Who may write to a log, and how far it has got.
    /// @param log The log's id.
    /// @return writer The log's writer; the zero address if it was never opened.
    /// @return size The size of its last checkpoint; 0 if there is none.
    function head(bytes32 log) external view returns (address writer, uint64 size);
}
