"""Bad input over HTTP: each a clear problem, and nothing half-kept."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from registry.works import WorkId
from tests.api.house import House
from tests.api.pictures import drawing, huge_webp, jpeg, png

GOOD = png(drawing("bad input"))
BOTH = ("/v1/works", "/v1/checks")

FILES = {
    "text named .png": (b"This is no picture.\n" * 20, 415, "unsupported-media"),
    "truncated JPEG": (jpeg(drawing("truncated"))[:-900], 422, "malformed-media"),
    "JPEG of its header": (jpeg(drawing("truncated"))[:100], 422, "malformed-media"),
    "WebP of 40 bytes and 13,000² pixels": (huge_webp(), 413, "media-too-large"),
    "empty": (b"", 422, "malformed-media"),
    "SVG cut short": (b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><g>', 422, "malformed-media"),
    "HTML": (b"<!DOCTYPE html><title>No picture</title><svg></svg>", 415, "unsupported-media"),
    "PostScript": (b"%!PS-Adobe-3.0\nshowpage\n", 415, "unsupported-media"),
    "noise": (os.urandom(5000), 415, "unsupported-media"),
}


@pytest.fixture(autouse=True)
def nothing_is_kept(house: House) -> Iterator[None]:
    """The log, the feed and the catalogue are as they were, whatever a test here tried."""
    before = state(house)
    yield
    assert state(house) == before


def state(house: House) -> tuple[int, int, int]:
    works = house.registry.catalogue.page(account=None, after=-1, limit=100_000)
    return house.registry.ledger.size(), house.registry.follower.catch_up().feed_position, len(works)


def post(house: House, path: str, **request: Any) -> Any:
    return house.client("admin").post(path, **request)


@pytest.mark.parametrize("path", BOTH)
@pytest.mark.parametrize("name", FILES)
def test_a_bad_file_is_told_as_what_it_is(house: House, path: str, name: str) -> None:
    file, status, slug = FILES[name]
    answer = post(house, path, files={"file": (f"{name}.png", file)})
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert (answer.status_code, told["type"], told["status"]) == (status, f"/problems/{slug}", status), told
    assert told["detail"]
    assert told["remedy"]
    if slug == "media-too-large":
        assert (told["what"], told["actual"]) == ("pixels", 13_000 * 13_000)
        assert told["limit"] < told["actual"]


@pytest.mark.parametrize("path", BOTH)
@pytest.mark.parametrize(
    ("request_body", "status", "slug"),
    [
        ({}, 422, "invalid-input"),
        ({"data": {"title": "x"}}, 422, "invalid-input"),
        ({"json": {"file": "x"}}, 422, "invalid-input"),
        ({"files": {"picture": ("a.png", GOOD)}}, 422, "invalid-input"),
        ({"files": [("file", ("a.png", GOOD)), ("file", ("b.png", GOOD))]}, 400, "bad-request"),
        ({"files": {"file": ("a.png", GOOD)}, "data": {"colour": "red"}}, 422, "invalid-input"),
        ({"files": {"file": ("a.png", GOOD)}, "data": {f"f{n}": "x" for n in range(20)}}, 400, "bad-request"),
        (
            {"files": {"file": ("a.png", GOOD)}, "data": {"listing": "x" * 5000, "title": "x" * 5000}},
            400,
            "bad-request",
        ),
        (
            {"content": b"nonsense", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
            400,
            "bad-request",
        ),
        ({"content": b"", "headers": {"Content-Type": "multipart/form-data"}}, 400, "bad-request"),
    ],
    ids=[
        "nothing",
        "no file",
        "JSON",
        "other field",
        "two files",
        "unknown field",
        "many fields",
        "long field",
        "broken form",
        "no boundary",
    ],
)
def test_a_bad_form_is_refused(house: House, path: str, request_body: dict[str, Any], status: int, slug: str) -> None:
    answer = post(house, path, **request_body)
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{slug}"), answer.json()


@pytest.mark.parametrize("path", BOTH)
def test_an_upload_that_broke_off_is_not_taken_for_whole(house: House, path: str) -> None:
    form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n' + GOOD
    answer = post(house, path, content=form, headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert (answer.status_code, answer.json()["field"]) == (422, "file")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "   "),
        ("title", "x" * 201),
        ("title", "a\nb"),
        ("title", "a\x00b"),
        ("kind", "song"),
        ("kind", "IMAGE"),
        ("visibility", "secret"),
        ("role", "owner"),
        ("previous", "a\x00"),
        ("previous", "x" * 41),
    ],
)
def test_a_description_that_means_nothing_is_refused(house: House, field: str, value: str) -> None:
    answer = post(house, "/v1/works", files={"file": ("a.png", GOOD)}, data={field: value})
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_a_field_that_comes_twice_is_refused(house: House) -> None:
    answer = post(house, "/v1/works", files={"file": ("a.png", GOOD)}, data={"title": ["a", "b"]})
    assert (answer.status_code, answer.json()["field"]) == (422, "title")


def test_a_file_without_a_name_or_title_is_refused(house: House) -> None:
    form = b'--x\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\n' + GOOD + b"\r\n--x--\r\n"
    answer = post(house, "/v1/works", content=form, headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert (answer.status_code, answer.json()["field"]) == (422, "title")


@pytest.mark.parametrize("previous", ["wrk_" + "a" * 20, "nonsense"])
def test_an_unknown_earlier_version_is_not_there(house: House, previous: str) -> None:
    answer = post(house, "/v1/works", files={"file": ("a.png", GOOD)}, data={"previous": previous})
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")


def test_somebody_else_s_work_is_no_earlier_version_and_looks_unknown(house: House) -> None:
    shop = house.client("another's key")
    answers = [
        shop.post("/v1/works", files={"file": ("a.png", GOOD)}, data={"previous": previous})
        for previous in (house.private.id, "wrk_" + "a" * 20)
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].text.replace(house.private.id, "wrk_" + "a" * 20) == answers[1].text


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Basic b206eA==", "Bearer om_", "Bearer " + "x" * 5000, "bearer \xff".encode("latin-1")],
)
def test_a_wrong_key_is_refused(house: House, header: str | bytes) -> None:
    answer = house.client().post("/v1/works", files={"file": ("a.png", GOOD)}, headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith('Bearer realm="originmark"')


def test_a_key_with_one_changed_letter_is_refused(house: House) -> None:
    token = house.tokens["admin"]
    for place in (3, 16, len(token) - 1):
        changed = token[:place] + ("a" if token[place] != "a" else "b") + token[place + 1 :]
        answer = house.client().get(f"/v1/works/{house.private.id}", headers={"Authorization": f"Bearer {changed}"})
        assert (answer.status_code, answer.json()["type"]) == (401, "/problems/key-refused")
    assert house.registry.catalogue.work(WorkId(house.private.id)) is not None
