"""The evidence of a check over HTTP: what is told, what is drawn, and for whom."""

import io
import secrets

import pytest
from PIL import Image

from registry.works import Description, Visibility, Work
from tests.api.found import ASKED, a_match, asked_picture, kept
from tests.api.house import House
from tests.api.pictures import drawing, png

ASKED_ABOUT = asked_picture("public")


def overlay_of(check: str, work: Work) -> str:
    return f"/v1/checks/{check}/matches/{work.id}/overlay"


def own_work(house: House, visibility: Visibility = Visibility.PUBLIC) -> Work:
    data = png(drawing(f"shown {secrets.token_hex(8)}"))
    return house.registry.registering.register(data, Description("Shown", visibility=visibility), house.studio).work


def test_a_match_is_told_and_placed(house: House) -> None:
    made = kept(house.registry, house.studio.id, a_match(house.public), picture=ASKED_ABOUT)
    told = house.client("check").get(f"/v1/checks/{made.id}").json()
    assert told["picture"] == f"/v1/checks/{made.id}/picture"
    [match] = told["matches"]
    assert (match["kind"], match["same_bytes"], match["false_match_rate"]) == ("part of", False, 2e-8)
    assert match["told"] == (
        "The picture shows the work, mirrored, scaled to 50 %, inside a larger picture, of which it covers 17 %."
    )
    assert match["rarity"] == "fewer than 1 in 50,000,000 pairs of different works"
    assert match["overlay"] == overlay_of(made.id, house.public)
    placement = match["placement"]
    assert placement["steps"] == [
        "mirrored",
        "scaled to 50 %",
        "inside a larger picture, of which it covers 17 %",
    ]
    assert (placement["shown"], placement["picture_size"]) == (1.0, list(ASKED))
    left, top = min(x for x, _ in placement["region"]), min(y for _, y in placement["region"])
    assert (left, top) == (pytest.approx(20 / 500), pytest.approx(30 / 400))
    assert len(placement["points"]) == 20


def test_the_overlay_is_a_picture_drawn_anew_each_time(house: House) -> None:
    made = kept(house.registry, house.studio.id, a_match(house.public), picture=ASKED_ABOUT)
    answer = house.client("check").get(overlay_of(made.id, house.public))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert "no-store" in answer.headers["cache-control"]
    with Image.open(io.BytesIO(answer.content)) as drawn:
        assert drawn.width == 920
    picture = house.client("check").get(f"/v1/checks/{made.id}/picture")
    assert (picture.content, picture.headers["content-type"]) == (ASKED_ABOUT, "image/jpeg")


def test_where_nothing_can_be_drawn_nothing_is_promised(house: House) -> None:
    unplaced = kept(house.registry, house.studio.id, a_match(house.public, placed=False), picture=ASKED_ABOUT)
    no_picture = kept(house.registry, house.studio.id, a_match(house.public), picture=None)
    client = house.client("check")
    for made in (unplaced, no_picture):
        told = client.get(f"/v1/checks/{made.id}").json()
        assert told["matches"][0]["overlay"] is None
        assert client.get(overlay_of(made.id, house.public)).status_code == 404
    assert client.get(f"/v1/checks/{no_picture.id}").json()["picture"] is None
    assert client.get(f"/v1/checks/{no_picture.id}/picture").status_code == 404
    # a work that the check says nothing of
    made = kept(house.registry, house.studio.id, a_match(house.public), picture=ASKED_ABOUT)
    assert client.get(overlay_of(made.id, house.private)).status_code == 404


def test_a_clear_check_keeps_no_picture(house: House) -> None:
    answer = house.client("check").post("/v1/checks", files={"file": ("a.png", png(drawing("never seen")))}).json()
    assert (answer["verdict"], answer["picture"]) == ("clear", None)


def test_a_private_work_is_shown_to_nobody_else(house: House) -> None:
    """Not even where a stranger's check names it, as it might after a mistake of ours."""
    made = kept(house.registry, house.shop.id, a_match(house.private), a_match(house.public), picture=ASKED_ABOUT)
    stranger = house.client("another's key")
    assert stranger.get(overlay_of(made.id, house.public)).status_code == 200
    hidden = stranger.get(overlay_of(made.id, house.private))
    unknown = stranger.get(f"/v1/checks/{made.id}/matches/wrk_{'a' * 20}/overlay")
    assert (hidden.status_code, unknown.status_code) == (404, 404)
    assert hidden.text.replace(house.private.id, "wrk_" + "a" * 20) == unknown.text


def test_a_check_is_shown_to_its_own_account(house: House) -> None:
    """Whoever may see the work may not see for that who checked what."""
    made = kept(house.registry, house.shop.id, a_match(house.public), picture=ASKED_ABOUT)
    for path in (overlay_of(made.id, house.public), f"/v1/checks/{made.id}/picture"):
        assert house.client("another's key").get(path).status_code == 200
        assert house.client("check").get(path).status_code == 404
        assert house.client("check").get(path.replace(made.id, "nonsense")).status_code == 404
        assert house.client("admin").get(path).status_code == 200


def test_a_withdrawn_work_is_shown_no_more(house: House) -> None:
    work = own_work(house)
    made = kept(house.registry, house.studio.id, a_match(work), picture=ASKED_ABOUT)
    client = house.client("check")
    assert client.get(overlay_of(made.id, work)).status_code == 200
    assert house.client("register").post(f"/v1/works/{work.id}/withdrawal").status_code in (200, 201)
    assert client.get(overlay_of(made.id, work)).status_code == 404
    assert client.get(f"/v1/checks/{made.id}").json()["matches"][0]["overlay"] is None


def test_an_erased_work_takes_the_picture_with_it(house: House) -> None:
    work = own_work(house)
    made = kept(house.registry, house.studio.id, a_match(work), picture=ASKED_ABOUT)
    beside = kept(house.registry, house.studio.id, a_match(work), a_match(house.public), picture=ASKED_ABOUT)
    assert house.client("register").delete(f"/v1/works/{work.id}").status_code == 200
    client = house.client("check")
    assert client.get(overlay_of(made.id, work)).status_code == 404
    assert client.get(f"/v1/checks/{made.id}/picture").status_code == 404
    told = client.get(f"/v1/checks/{made.id}").json()
    assert (told["picture"], told["matches"][0]["placement"], told["matches"][0]["overlay"]) == (None, None, None)
    assert client.get(f"/v1/checks/{beside.id}/picture").status_code == 200
    assert client.get(overlay_of(beside.id, house.public)).status_code == 200
