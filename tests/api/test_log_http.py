"""`/log` over HTTP: whoever has nothing but this can check the whole log."""

import math
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from starlette.testclient import TestClient

from api.app import create_app
from registry.assemble import open_registry
from registry.log.files import TileFiles
from registry.log.log import Log
from registry.log.names import TILE_WIDTH, TileName
from registry.log.note import open_note, verifier_key
from registry.proof.merkle import check_consistency, check_inclusion, leaf_hash, tree_root
from registry.proof.statement import entry_of
from tests.api.house import House


def valid(house: House) -> Any:
    key = Ed25519PublicKey.from_public_bytes(house.registry.keyring.registry_public)

    def verify(signature: bytes, message: bytes) -> bool:
        key.verify(signature, message)
        return True

    return verify


def checkpoint(client: TestClient) -> tuple[int, bytes]:
    told = client.get("/log").json()["checkpoint"]
    return told["size"], bytes.fromhex(told["root"])


def test_the_log_says_what_it_is(house: House) -> None:
    answer = house.client().get("/log")
    told, genesis = answer.json(), house.registry.identity.genesis
    assert told["log"] == house.registry.identity.log.hex()
    assert told["origin"] == f"originmark.log/{told['log']}"
    assert told["verifier"] == verifier_key(told["origin"], genesis.registry_key)
    assert told["chain"]["trust"] == "local chain: no independent trust"
    assert (told["chain"]["kind"], told["chain"]["rpc"]) == ("embedded", "/rpc")
    assert told["size"] == house.registry.ledger.size()
    assert told["checkpoint"]["anchor"]["time"].endswith("Z")
    # The genesis statement is entry 0, so whoever trusts the log's id can check all that is told beside it.
    first = house.client().get("/log/tile/entries/000.p/1").content
    assert first == (32).to_bytes(2, "big") + entry_of(told["genesis"].encode())


def test_the_checkpoint_is_a_signed_note(house: House) -> None:
    client = house.client()
    answer = client.get("/log/checkpoint")
    assert answer.headers["content-type"].startswith("text/plain")
    origin = client.get("/log").json()["origin"]
    text = open_note(answer.text, name=origin, public_key=house.registry.keyring.registry_public, verify=valid(house))
    size, root = checkpoint(client)
    assert text.splitlines()[:2] == [origin, str(size)]
    assert house.registry.log.root(size) == root


def test_tiles_and_bundles_give_the_checkpoint_s_root(house: House) -> None:
    client = house.client()
    size, root = checkpoint(client)
    leaves, entries = [], b""
    for index in range(math.ceil(size / TILE_WIDTH)):
        width = min(TILE_WIDTH, size - index * TILE_WIDTH)
        tile = client.get("/log/" + TileName(0, index, width).path)
        assert tile.headers["content-type"] == "application/octet-stream"
        leaves += [tile.content[at : at + 32] for at in range(0, len(tile.content), 32)]
        entries += client.get("/log/" + TileName(0, index, width).path.replace("tile/0", "tile/entries")).content
    assert tree_root(leaves) == root
    assert [leaf_hash(entries[at + 2 : at + 34]) for at in range(0, len(entries), 34)] == leaves


def test_only_what_is_full_is_kept_for_ever(house: House, tmp_path: Path) -> None:
    long = Log(TileFiles(tmp_path), lambda start, end: [sha256(b"%d" % index).digest() for index in range(start, end)])
    long.extend(TILE_WIDTH + 3)
    client = replace(house, app=create_app(replace(house.registry, log=long))).client()
    for path, full in (("0/000", True), ("entries/000", True), ("0/000.p/9", False), ("0/001.p/3", False)):
        answer = client.get(f"/log/tile/{path}")
        assert answer.status_code == 200
        assert ("immutable" in answer.headers["cache-control"]) is full
    assert len(client.get("/log/tile/0/000").content) == TILE_WIDTH * 32


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("0/000.p/256", 422),
        ("0/000.p/0", 422),
        ("0/x000/001", 422),
        ("64/000", 422),
        ("0/1", 422),
        ("data/000", 422),
        ("0/000/%2e%2e/001", 422),
        ("entries/000.p/256", 422),
        ("", 422),
        ("0/999", 404),
        ("5/000.p/1", 404),
        ("entries/999.p/7", 404),
        ("0/" + "x999/" * 6 + "999", 422),
    ],
)
def test_a_tile_that_isn_t_there_is_a_problem(house: House, path: str, status: int) -> None:
    answer = house.client().get(f"/log/tile/{path}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_inclusion_holds_for_every_entry_at_every_size(house: House) -> None:
    client = house.client()
    newest, _ = checkpoint(client)
    for size in range(1, min(newest, 12) + 1):
        for index in range(size):
            told = client.get("/log/proof/inclusion", params={"index": index, "size": size}).json()
            path, root = [bytes.fromhex(node) for node in told["path"]], bytes.fromhex(told["root"])
            assert root == house.registry.log.root(size)
            assert check_inclusion(leaf_hash(bytes.fromhex(told["entry"])), index, size, path, root)


def test_consistency_holds_between_any_two_sizes(house: House) -> None:
    client = house.client()
    newest, _ = checkpoint(client)
    for size in range(1, min(newest, 12) + 1):
        for old in range(1, size + 1):
            told = client.get("/log/proof/consistency", params={"from": old, "to": size}).json()
            assert (told["from"], told["to"]) == (old, size)
            path = [bytes.fromhex(node) for node in told["path"]]
            roots = [bytes.fromhex(told[name]) for name in ("from_root", "to_root")]
            assert check_consistency(old, roots[0], size, roots[1], path)


@pytest.mark.parametrize(
    "query",
    [
        "inclusion?index=0&size=0",
        "inclusion?index=5&size=5",
        "inclusion?index=-1&size=1",
        "inclusion?index=0&size=1000000",
        f"inclusion?index=0&size={1 << 63}",
        f"inclusion?index={1 << 70}&size=1",
        "inclusion?index=0",
        "inclusion?index=a&size=1",
        "inclusion?index=0&size=1.5",
        "consistency?from=0&to=1",
        "consistency?from=3&to=2",
        "consistency?from=1&to=1000000",
        "consistency?from=1",
        f"consistency?from=1&to={'9' * 5000}",
    ],
)
def test_a_size_that_isn_t_there_is_a_problem(house: House, query: str) -> None:
    answer = house.client().get(f"/log/proof/{query}")
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-input"), answer.text


def test_a_checkpoint_that_another_process_made_is_served(house: House) -> None:
    """A second registry value over the same data, as `originmark worker` beside `serve`: its tree starts empty."""
    with open_registry(house.registry.settings) as other:
        client = TestClient(create_app(other))
        assert other.log.size == 0
        size, root = checkpoint(client)
        told = client.get("/log/proof/inclusion", params={"index": 0, "size": size}).json()
        assert told["root"] == root.hex()
        assert other.log.size == size


@pytest.mark.parametrize("path", ["/log", "/log/checkpoint", "/log/tile/0/000.p/1"])
def test_any_site_s_page_may_read_the_log(house: House, path: str) -> None:
    answer = house.client().get(path, headers={"Origin": "https://watch.example"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("path", ["/v1/works", "/v1/checks", "/", "/logs"])
def test_nothing_else_is_open_to_other_sites(house: House, path: str) -> None:
    answer = house.client("admin").get(path, headers={"Origin": "https://watch.example"})
    assert "access-control-allow-origin" not in answer.headers
    asked = house.client().options(
        path, headers={"Origin": "https://watch.example", "Access-Control-Request-Method": "POST"}
    )
    assert "access-control-allow-origin" not in asked.headers


def test_the_digest_of_a_work_leads_from_the_log_to_the_file(house: House) -> None:
    work = house.client("another's key").get(f"/v1/works/{house.public.id}").json()
    told = house.client().get("/log/proof/inclusion", params={"index": work["index"], "size": work["index"] + 1}).json()
    assert told["entry"] == work["entry"]
    assert work["sha256"] == sha256(house.public_file).hexdigest()
