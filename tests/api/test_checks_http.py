"""`/v1/checks` over HTTP: a listing's picture, and the answer with its evidence."""

from typing import Any

import pytest
from PIL import Image

from tests.api.house import House
from tests.api.pictures import blank, drawing, jpeg, mirrored, png


def check(house: House, file: bytes, *, key: str = "check", **fields: str) -> Any:
    return house.client(key).post("/v1/checks", files={"file": ("a.png", file)}, data=fields)


def test_a_mirrored_copy_is_found_with_its_evidence(house: House) -> None:
    answer = check(house, jpeg(mirrored(drawing("public"))), listing="L-17")
    assert answer.status_code == 201
    told = answer.json()
    assert answer.headers["location"] == f"/v1/checks/{told['id']}"
    assert (told["verdict"], told["decision"]) == ("matched", "block")
    [match] = told["matches"]
    assert match["work"]["id"] == house.public.id
    assert (match["work"]["title"], match["work"]["owner"]) == ("Harbour", "studio")
    assert (match["same_bytes"], match["orientation"]) == (False, "mirrored")
    assert {signal["scheme"] for signal in match["signals"]} == {"pdq-raster-v1", "phash-v1"}
    assert all(
        signal["holds"] and signal["distance"] <= signal["threshold"] < signal["bits"] for signal in match["signals"]
    )
    assert match["reasons"]
    assert (told["listing"], told["seller"]) == ("L-17", None)
    assert told["log_size"] <= house.registry.ledger.size()
    assert house.client("check").get(f"/v1/checks/{told['id']}").json() == told


def test_a_stranger_is_clear_and_a_blank_is_inconclusive(house: House) -> None:
    stranger, nothing = check(house, png(drawing("stranger"))).json(), check(house, blank()).json()
    assert (stranger["verdict"], stranger["decision"], stranger["matches"]) == ("clear", "allow", [])
    assert (nothing["verdict"], nothing["decision"], nothing["matches"]) == ("inconclusive", "allow", [])
    assert stranger["reasons"]
    assert nothing["reasons"]


@pytest.mark.parametrize("seller", ["studio", "id"])
def test_a_seller_s_own_work_is_allowed(house: House, seller: str) -> None:
    told = check(house, house.public_file, seller=house.studio.id if seller == "id" else seller).json()
    assert (told["verdict"], told["decision"]) == ("matched", "allow")
    assert check(house, house.public_file, seller="nobody here").json()["decision"] == "block"


def test_a_check_is_its_asker_s_and_an_admin_s(house: House) -> None:
    made = check(house, png(drawing("mine")), key="another's key").json()
    path = f"/v1/checks/{made['id']}"
    assert house.client("another's key").get(path).json() == made
    assert house.client("admin").get(path).json() == made
    foreign = house.client("check").get(path)
    unknown = house.client("check").get("/v1/checks/chk_" + "a" * 20)
    assert (foreign.status_code, unknown.status_code) == (404, 404)
    assert foreign.text.replace(made["id"], "chk_" + "a" * 20) == unknown.text


def test_nobody_s_check_is_no_account_s(house: House) -> None:
    made = house.page().post("/v1/checks", files={"file": ("a.png", png(drawing("nobody's")))}).json()
    assert house.client("check").get(f"/v1/checks/{made['id']}").status_code == 404
    assert house.client("admin").get(f"/v1/checks/{made['id']}").status_code == 200


@pytest.mark.parametrize(
    ("field", "value"), [("seller", "x" * 81), ("listing", "x" * 201), ("seller", "a\x00b"), ("listing", "a\nb")]
)
def test_a_strange_field_is_refused(house: House, field: str, value: str) -> None:
    answer = check(house, png(Image.new("RGB", (8, 8))), **{field: value})
    assert (answer.status_code, answer.json()["field"]) == (422, field)
