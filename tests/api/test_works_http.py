"""`/v1/works` over HTTP: a work from its upload to a certificate that verifies without us."""

import io
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from eth_utils.crypto import keccak
from PIL import Image

from registry.ledger.reader import JsonRpcReader
from registry.proof.canonical import encode
from registry.proof.certificate import encode_certificate, parse_certificate
from registry.proof.receipt import check_receipt, parse_receipt
from registry.proof.verify import Anchored, Yes, verify
from tests.api.house import House
from tests.api.pictures import drawing, jpeg, mirrored, png


def register(house: House, file: bytes, *, key: str = "register", name: str = "a.png", **fields: str) -> Any:
    return house.client(key).post("/v1/works", files={"file": (name, file)}, data=fields)


def test_a_new_work_is_answered_with_a_receipt_that_holds(house: House) -> None:
    file, size = png(drawing("new work")), house.registry.ledger.size()
    answer = register(house, file, title="Nightfall", kind="design", role="holder")
    assert answer.status_code == 201
    told = answer.json()
    work = told["work"]
    assert answer.headers["location"] == f"/v1/works/{work['id']}"
    assert (told["new"], told["similar"]) == (True, [])
    assert (work["title"], work["kind"], work["role"], work["visibility"]) == (
        "Nightfall",
        "design",
        "holder",
        "public",
    )
    assert (work["owner"], work["sha256"], work["size"]) == ("studio", sha256(file).hexdigest(), len(file))
    assert (work["width"], work["height"], work["media_type"], work["detail"]) == (420, 320, "image/png", "distinct")
    assert work["index"] == size == house.registry.ledger.size() - 1
    assert datetime.strptime(work["registered"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp() == pytest.approx(
        house.registry.clock(), abs=60
    )
    receipt = parse_receipt(encode(told["receipt"]))
    assert check_receipt(receipt, house.registry.keyring.registry_public)
    assert receipt.entry.hex() == work["entry"]


def test_repeating_is_safe_and_another_description_is_a_conflict(house: House) -> None:
    file = png(drawing("repeated"))
    first = register(house, file, title="One")
    size = house.registry.ledger.size()
    again = register(house, file, title="One")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == {**first.json(), "new": False}
    other = register(house, file, title="Two", visibility="private")
    assert other.status_code == 409
    assert other.json()["differences"] == {"title": ["One", "Two"], "visibility": ["public", "private"]}
    assert house.registry.ledger.size() == size


def test_earlier_works_that_look_alike_are_told(house: House) -> None:
    original = drawing("told")
    first = register(house, png(original), title="First").json()["work"]
    alike = register(house, jpeg(original), key="another's key", title="Second").json()
    [similar] = alike["similar"]
    assert similar["work"] == {
        "id": first["id"],
        "title": "First",
        "owner": "studio",
        "registered": first["registered"],
        "thumbnail": f"/v1/works/{first['id']}/thumbnail",
    }
    assert not similar["same_bytes"]
    assert similar["pdq"] <= 31


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("Poster.final.png", "Poster.final"),
        (r"C:\me\Rose.jpg", "Rose"),
        ("/etc/passwd.png", "passwd"),
        ("ü" * 300, "ü" * 200),
    ],
)
def test_a_title_left_out_is_the_file_s_name(house: House, name: str, title: str) -> None:
    assert register(house, png(drawing(name)), name=name).json()["work"]["title"] == title


@pytest.mark.parametrize(
    "title", ["<script>alert(1)</script>", "'; DROP TABLE works; --", "\u202eevil", "🖼" * 100, " spaced ", "%s%n{}"]
)
def test_a_hostile_title_comes_back_as_it_was(house: House, title: str) -> None:
    work = register(house, png(drawing(title)), title=title).json()["work"]
    assert work["title"] == title
    assert house.client("register").get(f"/v1/works/{work['id']}").json() == work


def test_a_version_names_the_earlier_one_only_to_who_may_know_it(house: House) -> None:
    later = register(house, png(drawing("later")), title="Later", previous=house.private.id).json()["work"]
    assert later["previous"] == house.private.id
    assert house.client("another's key").get(f"/v1/works/{later['id']}").json()["previous"] is None
    assert house.client("admin").get(f"/v1/works/{later['id']}").json()["previous"] == house.private.id


def test_the_owner_of_a_private_work_learns_that_it_was_seen_and_nobody_else(house: House) -> None:
    secret = drawing("sighted")
    work = register(house, png(secret), title="Hidden", visibility="private").json()["work"]
    shown = house.client("register").get(f"/v1/works/{work['id']}").json()
    assert shown["sightings"] == []
    strange = house.client("another's key").post("/v1/checks", files={"file": ("a.jpg", jpeg(mirrored(secret)))}).json()
    assert (strange["verdict"], strange["matches"]) == ("clear", [])
    [sighting] = house.client("register").get(f"/v1/works/{work['id']}").json()["sightings"]
    assert sighting["decision"] == "block"
    assert house.client("check").get(f"/v1/works/{house.public.id}").json()["sightings"] is None


def test_pages_follow_each_other_and_hold_one_s_own_works_only(house: House) -> None:
    for number in range(5):
        register(house, png(drawing(f"page {number}")), key="another's key", title=f"Page {number}")
    bobs, cursor = [], None
    while True:
        answer = house.client("another's key").get(
            "/v1/works", params={"limit": 2, **({"cursor": cursor} if cursor else {})}
        )
        page = answer.json()
        assert len(page["works"]) <= 2
        bobs += page["works"]
        cursor = page["next"]
        if cursor is None:
            break
    assert {work["owner"] for work in bobs} == {"shop"}
    assert [work["index"] for work in bobs] == sorted({work["index"] for work in bobs})
    assert len(bobs) >= 5
    everything = house.client("admin").get("/v1/works", params={"limit": 200}).json()
    assert {"studio", "shop"} <= {work["owner"] for work in everything["works"]}
    assert everything["next"] is None


def test_a_page_that_is_exactly_full_is_the_last(house: House) -> None:
    count = len(house.client("another's key").get("/v1/works", params={"limit": 200}).json()["works"])
    if count == 0:
        register(house, png(drawing("full")), key="another's key", title="Full")
        count = 1
    assert house.client("another's key").get("/v1/works", params={"limit": count}).json()["next"] is None


@pytest.mark.parametrize(
    "query", ["cursor=", "cursor=x", "cursor=w", "cursor=wzz", "cursor=w" + "f" * 17, "cursor=w" + "f" * 16]
)
def test_a_made_up_cursor_is_refused(house: House, query: str) -> None:
    answer = house.client("register").get(f"/v1/works?{query}")
    assert (answer.status_code, answer.json()["field"]) == (422, "cursor")


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", "1e9"])
def test_a_page_has_a_sensible_size(house: House, limit: str) -> None:
    answer = house.client("register").get(f"/v1/works?limit={limit}")
    assert (answer.status_code, answer.json()["field"]) == (422, "limit")


def test_a_certificate_verifies_without_us(house: House) -> None:
    answer = house.client("another's key").get(f"/v1/works/{house.public.id}/certificate")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-disposition"] == f'attachment; filename="{house.public.id}.certificate.json"'
    certificate = parse_certificate(answer.content)
    assert encode_certificate(certificate) == answer.content
    assert certificate.disclosure is None
    client = house.client()

    def over_http(method: str, params: list[object]) -> Any:
        return client.post("/rpc", json={"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).json()[
            "result"
        ]

    def signed(key: bytes, signature: bytes, message: bytes) -> bool:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
        return True

    verified = verify(
        certificate, house.public_file, JsonRpcReader(over_http), house.registry.identity.log, signatures=signed
    )
    assert isinstance(verified.same_bytes, Yes)
    assert isinstance(verified.declared, Yes)
    assert isinstance(verified.witnesses[0], Yes)
    assert isinstance(verified.anchored, Anchored)


def test_fingerprints_are_disclosed_by_the_owner_alone(house: House) -> None:
    path = f"/v1/works/{house.public.id}/certificate?fingerprints=true"
    disclosed = parse_certificate(house.client("register").get(path).content).disclosure
    assert disclosed is not None
    refused = house.client("another's key").get(path)
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/access-denied")


def test_a_final_anchors_certificate_carries_the_proof_of_its_block(house: House) -> None:
    with house.registry.anchoring() as anchoring:
        anchoring.step()
    house.registry.tidying()
    answer = house.client("another's key").get(f"/v1/works/{house.public.id}/certificate")
    certificate, log = parse_certificate(answer.content), house.registry.identity.log
    block_hash = certificate.anchor.block_hash
    assert verify(certificate, house.public_file, None, log, keccak=keccak, block_hash=block_hash).accepted
    assert not verify(certificate, house.public_file, None, log, keccak=keccak, block_hash=bytes(32)).accepted


def test_a_certificate_that_isn_t_there_yet_says_when(house: House) -> None:
    work = register(house, png(drawing("pending")), title="Pending").json()["work"]
    answer = house.client("register").get(f"/v1/works/{work['id']}/certificate")
    assert answer.status_code == 202
    assert answer.json()["status"] == "pending"
    assert work["registered"] < answer.json()["expected"] < answer.json()["anchor_by"]
    assert 1 <= int(answer.headers["retry-after"]) <= 11
    house.anchor()
    assert house.client("register").get(f"/v1/works/{work['id']}/certificate").status_code == 200


def test_a_thumbnail_is_a_small_picture_that_no_proxy_keeps(house: House) -> None:
    answer = house.client("another's key").get(f"/v1/works/{house.public.id}/thumbnail")
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"].startswith("private")
    assert max(Image.open(io.BytesIO(answer.content)).size) <= 256


@pytest.mark.parametrize(
    "name", ["wrk_" + "a" * 20, "chk_" + "a" * 20, "x", "wrk_%00", "..%2f..%2f", "ä" * 50, "a" * 5000]
)
def test_an_unknown_work_is_not_there(house: House, name: str) -> None:
    for path in ("", "/certificate", "/thumbnail"):
        answer = house.client("admin").get(f"/v1/works/{name}{path}")
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
