"""`/v1/works/…/history`, `/withdrawal`, DELETE, parts and originals: for whom, and what is told to everybody else."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from httpx import Response
from starlette.testclient import TestClient

from registry.proof.canonical import encode
from registry.proof.certificate import parse_certificate
from registry.proof.receipt import check_receipt, parse_receipt
from registry.proof.statement import Withdrawal, entry_of, parse_statement
from registry.works import Description, Keeping, Visibility, Work
from tests.api.house import House
from tests.api.pictures import drawing, jpeg, png
from tests.journeys.leaving_world import layered

NOBODY = "wrk_" + "a" * 20
STRANGER, OWNER = "another's key", "register"


def made(
    house: House, seed: str, previous: Work | None = None, visibility: Visibility = Visibility.PUBLIC, **kept: bool
) -> Work:
    """A work of the studio's."""
    said = Description(seed, visibility=visibility, previous=None if previous is None else previous.id)
    return house.registry.registering.register(png(drawing(seed)), said, house.studio, Keeping(**kept)).work


def steps(house: House, key: str, work: Work) -> list[dict[str, Any]]:
    answer = house.client(key).get(f"/v1/works/{work.id}/history")
    assert answer.status_code == 200
    told: list[dict[str, Any]] = answer.json()["steps"]
    return told


def alike(answers: list[Response], names: list[str]) -> bool:
    """Whether these are the same answer but for the work's name, and say that there is none."""
    texts = {answer.text.replace(name, "…") for answer, name in zip(answers, names, strict=True)}
    return len(texts) == 1 and {answer.status_code for answer in answers} == {404}


def test_a_history_goes_from_sketch_to_final_with_what_the_chain_proves(house: House) -> None:
    sketch = made(house, "history sketch")
    draft = made(house, "history draft", sketch)
    house.anchor()
    final = made(house, "history final", draft)
    told = steps(house, "check", draft)
    assert [(step["id"], step["previous"]) for step in told] == [
        (sketch.id, None),
        (draft.id, sketch.id),
        (final.id, draft.id),
    ]
    assert told[0]["registered"] <= told[0]["anchored"] == told[1]["anchored"]
    assert told[2]["anchored"] is None
    anchor = parse_certificate(house.client("check").get(f"/v1/works/{draft.id}/certificate").content).anchor
    assert told[1]["anchored"] == datetime.fromtimestamp(anchor.block_time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert [step["title"] for step in told] == ["history sketch", "history draft", "history final"]
    assert house.client("check").get(told[0]["thumbnail"]).status_code == 200
    assert steps(house, "check", sketch) == steps(house, "check", final) == told


def test_a_private_version_is_silent_and_joins_nothing(house: House) -> None:
    sketch = made(house, "silent sketch")
    hidden = made(house, "silent draft", sketch, Visibility.PRIVATE)
    final = made(house, "silent final", hidden)
    for knowing in (OWNER, "admin"):
        assert [step["id"] for step in steps(house, knowing, final)] == [sketch.id, hidden.id, final.id]
    assert [(step["id"], step["previous"]) for step in steps(house, STRANGER, final)] == [(final.id, None)]
    assert [step["id"] for step in steps(house, STRANGER, sketch)] == [sketch.id]
    assert hidden.id not in str(steps(house, STRANGER, final) + steps(house, STRANGER, sketch))


def test_an_earlier_version_of_somebody_else_s_is_refused_like_one_that_is_not_there(house: House) -> None:
    names = [made(house, "not theirs").id, house.private.id, NOBODY]
    answers = [
        house.client(STRANGER).post(
            "/v1/works", files={"file": ("a.png", png(drawing("theirs")))}, data={"previous": name}
        )
        for name in names
    ]
    assert alike(answers, names)


def test_a_withdrawal_is_answered_with_a_receipt_and_is_repeatable(house: House) -> None:
    work, copy = made(house, "withdrawn"), jpeg(drawing("withdrawn"))
    client, size = house.client(OWNER), house.registry.ledger.size()
    first = client.post(f"/v1/works/{work.id}/withdrawal")
    assert first.status_code == 201
    receipt = parse_receipt(encode(first.json()["receipt"]))
    assert check_receipt(receipt, house.registry.keyring.registry_public)
    assert receipt.index == size
    statement = first.json()["statement"].encode()
    assert entry_of(statement) == receipt.entry
    withdrawal = parse_statement(statement)
    assert isinstance(withdrawal, Withdrawal)
    assert withdrawal.claim == work.entry
    again = client.post(f"/v1/works/{work.id}/withdrawal")
    assert (again.status_code, again.json()) == (200, first.json())
    assert house.registry.ledger.size() == size + 1
    check = house.client("check").post("/v1/checks", files={"file": ("a.jpg", copy)}).json()
    assert (check["verdict"], check["matches"]) == ("clear", [])
    shown = house.client(STRANGER).get(f"/v1/works/{work.id}").json()
    assert shown["withdrawn"] is not None
    assert [step["withdrawn"] for step in steps(house, STRANGER, work)] == [shown["withdrawn"]]
    assert house.client("check").get(f"/v1/works/{work.id}/certificate").status_code in (200, 202)
    anew = client.post("/v1/works", files={"file": ("a.png", png(drawing("withdrawn")))}, data={"title": "Anew"})
    assert anew.status_code == 201
    assert anew.json()["work"]["id"] != work.id


def test_an_erased_work_is_gone_and_kept_answers_say_so(house: House) -> None:
    work = made(house, "erased")
    check = house.client("check").post("/v1/checks", files={"file": ("a.png", png(drawing("erased")))}).json()
    assert [match["work"]["id"] for match in check["matches"]] == [work.id]
    answer = house.client(OWNER).delete(f"/v1/works/{work.id}")
    assert answer.status_code == 200
    assert answer.json()["id"] == work.id
    assert check["checked"] < answer.json()["forgotten_by"]
    owner = house.client(OWNER)
    paths = ["", "/certificate", "/thumbnail", "/parts/0/thumbnail", "/original", "/history"]
    for path in paths:
        names = [work.id, NOBODY]
        assert alike([owner.get(f"/v1/works/{name}{path}") for name in names], names)
    assert owner.delete(f"/v1/works/{work.id}").status_code == 404
    assert owner.post(f"/v1/works/{work.id}/withdrawal").status_code == 404
    kept = house.client("check").get(f"/v1/checks/{check['id']}").json()
    (match,) = kept["matches"]
    assert (match["work"], match["part"], match["signals"], match["same_bytes"]) == (None, None, [], True)
    assert (kept["verdict"], kept["decision"], match["decision"]) == ("matched", "block", "block")
    assert (kept["sha256"], kept["id"], kept["checked"]) == (None, check["id"], check["checked"])
    assert work.id not in str(kept)
    assert "erased" in kept["reasons"][0]


WAYS_OUT: dict[str, Callable[[TestClient, str], Response]] = {
    "withdrawal": lambda client, work: client.post(f"/v1/works/{work}/withdrawal"),
    "DELETE": lambda client, work: client.delete(f"/v1/works/{work}"),
}


@pytest.mark.parametrize("way", WAYS_OUT)
def test_somebody_else_s_work_can_t_be_taken_away_public_or_private(house: House, way: str) -> None:
    names = [house.public.id, house.private.id, NOBODY]
    size = house.registry.ledger.size()
    assert alike([WAYS_OUT[way](house.client(STRANGER), name) for name in names], names)
    assert house.registry.ledger.size() == size
    for kept in (house.public, house.private):
        assert house.registry.catalogue.work(kept.id) == kept


@pytest.mark.parametrize("way", WAYS_OUT)
@pytest.mark.parametrize(
    ("key", "status"), [(None, 401), ("check", 403), ("expired", 401), ("revoked", 401), ("unknown", 401)]
)
def test_taking_away_needs_a_key_that_may_register(house: House, way: str, key: str | None, status: int) -> None:
    for name in (house.public.id, house.private.id, NOBODY):
        assert WAYS_OUT[way](house.client(key), name).status_code == status
    assert WAYS_OUT[way](house.page(), house.public.id).status_code == 401
    assert house.registry.catalogue.work(house.public.id) == house.public


@pytest.mark.parametrize("way", WAYS_OUT)
def test_an_admin_takes_away_anybody_s(house: House, way: str) -> None:
    work = made(house, f"an admin's {way}", visibility=Visibility.PRIVATE)
    assert WAYS_OUT[way](house.client("admin"), work.id).status_code in (200, 201)
    left = house.registry.catalogue.work(work.id)
    assert left is None or left.withdrawn is not None


@pytest.mark.parametrize("way", WAYS_OUT)
@pytest.mark.parametrize("name", ["x", "wrk_%00", "..%2f..%2f", "ä" * 50, "a" * 5000, "wrk_" + "A" * 20])
def test_what_can_t_be_a_work_is_not_there(house: House, way: str, name: str) -> None:
    answer = WAYS_OUT[way](house.client("admin"), name)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_each_part_has_a_small_picture(house: House) -> None:
    work = house.registry.registering.register(layered(77), Description("Layers"), house.studio).work
    client = house.client(STRANGER)
    parts = client.get(f"/v1/works/{work.id}").json()["parts"]
    assert [part["number"] for part in parts] == [0, 1, 2]
    pictures = [client.get(part["thumbnail"]) for part in parts]
    assert len({picture.content for picture in pictures}) == 3
    for picture in pictures:
        assert picture.headers["content-type"] == "image/jpeg"
        assert picture.headers["cache-control"].startswith("private")
    assert client.get(f"/v1/works/{work.id}/thumbnail").content == pictures[0].content
    for number in (3, -1, 1 << 31, 1 << 63, 1 << 70):
        assert client.get(f"/v1/works/{work.id}/parts/{number}/thumbnail").status_code == 404
    for number in ("x", "1.5", "0x1"):
        assert client.get(f"/v1/works/{work.id}/parts/{number}/thumbnail").status_code == 422


def test_an_original_is_its_own_account_s_as_a_download(house: House) -> None:
    for work, file in ((house.public, house.public_file), (house.private, house.private_file)):
        assert house.client("check").get(f"/v1/works/{work.id}/original").status_code == 403
        for key in (OWNER, "admin"):
            answer = house.client(key).get(f"/v1/works/{work.id}/original")
            assert (answer.status_code, answer.content) == (200, file)
            assert answer.headers["content-type"] == "application/octet-stream"
            assert answer.headers["content-disposition"] == f'attachment; filename="{work.id}"'
            assert answer.headers["cache-control"] == "private, no-store"
        assert house.client(STRANGER).get(f"/v1/works/{work.id}/original").status_code == 404
        assert house.page().get(f"/v1/works/{work.id}/original").status_code == 401


def test_an_original_that_was_not_kept_looks_to_strangers_like_one_that_was(house: House) -> None:
    bare = made(house, "no original")
    names = [bare.id, house.public.id]
    assert alike([house.client(STRANGER).get(f"/v1/works/{name}/original") for name in names], names)
    assert house.client(OWNER).get(f"/v1/works/{bare.id}/original").status_code == 404
