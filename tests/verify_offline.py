"""Verifies without any node: python verify_offline.py CERTIFICATE FILE --registry ID --block-hash HASH

ID is the registry's log id and HASH that of the anchor's block, both from places that you trust. Python alone."""

import argparse
import json
import sys
from hashlib import sha256
from pathlib import Path

CHECKPOINTED = "7ce892353fecc33f6a2864695c4f18db0df1981b3e4aaf240ce4c6bd523a1120"
WORD = 2**64 - 1


def require(holds, otherwise):
    if not holds:
        sys.exit(f"NOT VERIFIED: {otherwise}")


def turned(word, by):
    return (word << by | word >> 64 - by) & WORD if by else word


def keccak(data):
    """Keccak-256 by FIPS 202, with the padding of before it: 0x01 and not 0x06."""
    short = 136 - len(data) % 136
    data += b"\x81" if short == 1 else b"\x01" + bytes(short - 2) + b"\x80"
    lanes = [0] * 25
    for block in range(0, len(data), 136):
        for lane in range(17):
            lanes[lane] ^= int.from_bytes(data[block + 8 * lane : block + 8 * lane + 8], "little")
        register = 1
        for _ in range(24):
            sums = [lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20] for x in range(5)]
            lanes = [lane ^ sums[(i - 1) % 5] ^ turned(sums[(i + 1) % 5], 1) for i, lane in enumerate(lanes)]
            x, y, moved = 1, 0, lanes[1]
            for step in range(24):
                x, y = y, (2 * x + 3 * y) % 5
                lanes[x + 5 * y], moved = turned(moved, (step + 1) * (step + 2) // 2 % 64), lanes[x + 5 * y]
            for y in range(0, 25, 5):
                row = lanes[y : y + 5]
                lanes[y : y + 5] = [row[x] ^ ~row[(x + 1) % 5] & row[(x + 2) % 5] & WORD for x in range(5)]
            for bit in range(7):
                register = (register << 1 ^ (register >> 7) * 0x171) & 0xFF
                lanes[0] ^= (register >> 1 & 1) << (1 << bit) - 1
    return b"".join(lane.to_bytes(8, "little") for lane in lanes[:4])


def rlp(data):
    """The value at the start of these bytes, and the bytes behind it."""
    first, start, rest = data[0], 1, data[1:]
    if first < 0x80:
        return data[:1], rest
    length = first - (0x80 if first < 0xC0 else 0xC0)
    if length > 55:
        start, length = 1 + length - 55, int.from_bytes(data[1 : 1 + length - 55], "big")
    payload, rest, values = data[start : start + length], data[start + length :], []
    require(len(payload) == length, "bytes are missing")
    while first >= 0xC0 and payload:
        value, payload = rlp(payload)
        values.append(value)
    return (values if first >= 0xC0 else payload), rest


def receipt_of(root, index, nodes):
    """The receipt in the trie with this root: its key is the RLP of the index, and each node names the next by hash."""
    number = index.to_bytes((index.bit_length() + 7) // 8, "big")
    path = (number if 0 < index < 128 else bytes([0x80 + len(number)]) + number).hex()
    for node in nodes:
        require(keccak(node) == root, "a node isn't the one that is named")
        parts = rlp(node)[0]
        if len(parts) == 17:
            root, path = parts[int(path[0], 16)], path[1:]
        else:
            flag, root = parts[0].hex(), parts[1]
            steps = flag[1 if flag[0] in "13" else 2 :]
            require(path.startswith(steps), "the proof leads elsewhere")
            path = path[len(steps) :]
    require(not path, "the proof ends too soon")
    return rlp(root if root[0] >= 0xC0 else root[1:])[0]


def log_id(genesis):
    keys = bytes.fromhex(genesis["registry_key"] + genesis["recovery_key"] + genesis["chain_genesis"])
    place = f"{genesis['chain_id']:064x}" + genesis["contract"].zfill(64) + genesis["writer"].zfill(64)
    return sha256(bytes.fromhex(place) + sha256(b"originmark/registry/v1\0" + keys).digest()).hexdigest()


def root_over(leaf, index, size, path):
    require(0 <= index < size and (size > 1) == bool(path), "the path doesn't fit the tree")
    if size == 1:
        return leaf
    half, sibling = 1 << (size - 1).bit_length() - 1, bytes.fromhex(path[-1])
    if index < half:
        return sha256(b"\x01" + root_over(leaf, index, half, path[:-1]) + sibling).digest()
    return sha256(b"\x01" + sibling + root_over(leaf, index - half, size - half, path[:-1])).digest()


def verify(certificate, file, registry, block_hash):
    claim, genesis = json.loads(certificate["statement"]), json.loads(certificate["genesis"])
    inclusion, checkpoint, anchor = certificate["inclusion"], certificate["checkpoint"], certificate["anchor"]
    # The claim is about this file, was made for the log that you expect, and is in it.
    require(claim["type"] == "claim" and claim["file"]["sha256"] == sha256(file).hexdigest(), "it's another file")
    require(claim["log"] == genesis["log"] == log_id(genesis) == registry, "it's from another log")
    leaf = sha256(b"\0" + sha256(b"originmark/v1\0" + certificate["statement"].encode()).digest()).digest()
    root = root_over(leaf, inclusion["index"], checkpoint["size"], inclusion["path"]).hex()
    require(root == checkpoint["root"], "the claim isn't under the checkpoint's root")
    # The block that you trust is the one with this header, which has its number, its time and the root of its receipts.
    proofs = [witness["body"] for witness in certificate["witnesses"] if witness["type"] == "block"]
    require(len(proofs) == 1, "the certificate doesn't carry one proof of its block")
    require(proofs[0]["transaction"] == anchor["transaction"], "the proof is for another transaction")
    header = bytes.fromhex(proofs[0]["header"])
    require(keccak(header).hex() == anchor["block_hash"] == block_hash, "it's another block")
    fields = rlp(header)[0]
    place = int.from_bytes(fields[8], "big"), int.from_bytes(fields[11], "big")
    require(place == (anchor["block_number"], anchor["block_time"]), "the block isn't of this number or time")
    # In it, a transaction succeeded in which the log's contract emitted this checkpoint, by this writer.
    nodes = [bytes.fromhex(node) for node in proofs[0]["nodes"]]
    status, _gas, _bloom, events = receipt_of(fields[5], proofs[0]["index"], nodes)[:4]
    require(status == b"\x01" and anchor["event_index"] in range(len(events)), "no such event in the block")
    topics = [bytes.fromhex(topic) for topic in (CHECKPOINTED, registry, anchor["writer"].zfill(64))]
    event = [bytes.fromhex(genesis["contract"]), topics, bytes.fromhex(f"{checkpoint['size']:064x}{root}")]
    require(events[anchor["event_index"]] == event, "it's another event")
    chain = f"block {place[0]} of chain {genesis['chain_id']}, as its hash's source says"
    print(f"VERIFIED ({chain}): {claim['claimant']['name']!a} declared it by Unix time {place[1]}")  # noqa: T201


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("certificate", type=Path)
parser.add_argument("file", type=Path)
parser.add_argument("--registry", required=True)
parser.add_argument("--block-hash", required=True)
given = parser.parse_args()
try:
    hashed = given.block_hash.removeprefix("0x")
    verify(json.loads(given.certificate.read_bytes()), given.file.read_bytes(), given.registry, hashed)
except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
    require(False, f"{type(error).__name__}: {error}")
