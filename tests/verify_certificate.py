"""Verifies a certificate with Python alone: python verify_certificate.py CERTIFICATE FILE --registry ID --rpc URL

ID is the registry's log id, from a place that you trust; URL any JSON-RPC endpoint of its chain, better not its own."""

import argparse
import json
import sys
import urllib.request
from hashlib import sha256
from pathlib import Path

# keccak-256("Checkpointed(bytes32,address,uint64,bytes32)"): the event's first topic; log and writer are the others.
CHECKPOINTED = "7ce892353fecc33f6a2864695c4f18db0df1981b3e4aaf240ce4c6bd523a1120"


def require(holds, otherwise):
    if not holds:
        sys.exit(f"NOT VERIFIED: {otherwise}")


def log_id(genesis):
    """SHA-256(chain id ‖ contract ‖ writer ‖ registry), 32 bytes each; registry = SHA-256(tag ‖ keys ‖ block 0)."""
    keys = bytes.fromhex(genesis["registry_key"] + genesis["recovery_key"] + genesis["chain_genesis"])
    place = f"{genesis['chain_id']:064x}" + genesis["contract"].zfill(64) + genesis["writer"].zfill(64)
    return sha256(bytes.fromhex(place) + sha256(b"originmark/registry/v1\0" + keys).digest()).hexdigest()


def root_over(leaf, index, size, path):
    """RFC 6962 §2.1: node = SHA-256(0x01 ‖ left ‖ right); half is the largest power of 2 below size."""
    require(0 <= index < size and (size > 1) == bool(path), "the path doesn't fit the tree")
    if size == 1:
        return leaf
    half, sibling = 1 << (size - 1).bit_length() - 1, bytes.fromhex(path[-1])
    if index < half:
        return sha256(b"\x01" + root_over(leaf, index, half, path[:-1]) + sibling).digest()
    return sha256(b"\x01" + sibling + root_over(leaf, index - half, size - half, path[:-1])).digest()


def ask(method, *params):
    question = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
    request = urllib.request.Request(given.rpc, question, {"Content-Type": "application/json"})
    return json.loads(urllib.request.urlopen(request, timeout=30).read())["result"]


def verify(certificate, file, registry):
    claim, genesis = json.loads(certificate["statement"]), json.loads(certificate["genesis"])
    inclusion, checkpoint, anchor = certificate["inclusion"], certificate["checkpoint"], certificate["anchor"]
    # The claim is about this file, and was made for the log that you expect.
    require(claim["type"] == "claim" and claim["file"]["sha256"] == sha256(file).hexdigest(), "it's another file")
    require(claim["log"] == genesis["log"] == log_id(genesis) == registry, "it's from another log")
    # It is in the log: entry = SHA-256("originmark/v1" ‖ 0x00 ‖ statement), leaf = SHA-256(0x00 ‖ entry).
    leaf = sha256(b"\0" + sha256(b"originmark/v1\0" + certificate["statement"].encode()).digest()).digest()
    root = root_over(leaf, inclusion["index"], checkpoint["size"], inclusion["path"]).hex()
    require(root == checkpoint["root"], "the claim isn't under the checkpoint's root")
    # On the log's chain, its contract emitted this checkpoint, by this writer.
    chain = int(ask("eth_chainId"), 16), ask("eth_getBlockByNumber", "0x0", False)["hash"]
    require(chain == (genesis["chain_id"], "0x" + genesis["chain_genesis"]), "the endpoint serves another chain")
    mined, place = ask("eth_getTransactionReceipt", "0x" + anchor["transaction"]), anchor["event_index"]
    require(mined and mined["status"] == "0x1" and place in range(len(mined["logs"])), "no such event on the chain")
    topics = ["0x" + topic for topic in (CHECKPOINTED, registry, anchor["writer"].zfill(64))]
    event = ["0x" + genesis["contract"], topics, f"0x{checkpoint['size']:064x}{root}"]
    require([mined["logs"][place][name] for name in ("address", "topics", "data")] == event, "it's another event")
    # It did so in this block, which is on the chain still, and has this time.
    block = ask("eth_getBlockByNumber", hex(anchor["block_number"]), False) or {}
    require(mined["blockHash"] == block.get("hash") == "0x" + anchor["block_hash"], "it isn't in this block")
    require(block["timestamp"] == hex(anchor["block_time"]), "the block isn't of this time")
    print(f"VERIFIED (chain {chain[0]}): {claim['claimant']['name']!a} declared it by Unix time {anchor['block_time']}")  # noqa: T201


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("certificate", type=Path)
parser.add_argument("file", type=Path)
parser.add_argument("--registry", required=True)
parser.add_argument("--rpc", required=True)
given = parser.parse_args()
try:
    verify(json.loads(given.certificate.read_bytes()), given.file.read_bytes(), given.registry)
except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
    require(False, f"{type(error).__name__}: {error}")
