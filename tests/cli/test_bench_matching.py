"""`originmark bench matching` on drawn pictures, from the command line to the page."""

import contextlib
import io
import itertools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import ImageFilter

from registry.cli.app import run
from registry.cli.bench.subjects import chosen, subjects_in
from registry.cli.demo.art.artworks import artworks, strangers
from registry.cli.output import DONE, ERROR

RATES = "0.01,0.2"
OURS, CODES = "Originmark", "Originmark, whole pictures only"
CROWD = 40


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five drawings, one of them once more and a file that is none; strangers, of which two are none."""
    root = tmp_path_factory.mktemp("bench")
    for folder in ("art", "copies", "others"):
        (root / folder).mkdir()
    drawn = [artwork.picture.resize((320, 240)) for _, artwork in zip(range(5), artworks(), strict=False)]
    for place, picture in enumerate(drawn):
        picture.save(root / "art" / f"{place}.png")
    drawn[1].save(root / "copies" / "twin <of> 1.bmp")
    (root / "copies" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nno more")
    for place, artwork in zip(range(2), strangers(), strict=False):
        artwork.picture.resize((320, 240)).save(root / "others" / f"{place}.jpg")
    drawn[2].save(root / "others" / "known.png")
    drawn[3].filter(ImageFilter.GaussianBlur(1)).save(root / "others" / "softer.png")
    (root / "labels.tsv").write_text("softer.png\tart/3.png\tthe same drawing, seen through a lens\n", "utf-8")
    return root


def bench(folders: Path, *more: str) -> list[dict[str, Any]]:
    """What the command tells in JSON."""
    arguments = ["--data-dir", folders / "none", "bench", "matching", "--works", folders / "art"]
    arguments += ["--works", folders / "copies", "--strangers", folders / "others", "--attacked", "1"]
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert run([*map(str, arguments), "--rates", RATES, "--json", *more]) == DONE
    return [json.loads(line) for line in out.getvalue().splitlines()]


@dataclass(frozen=True)
class Told:
    refused: dict[str, Any]
    whole: dict[str, Any]
    page: str


@pytest.fixture(scope="module")
def told(folders: Path) -> Told:
    page = folders / "page.html"
    labels = str(folders / "labels.tsv")
    refused, whole = bench(
        folders, "--same-object", labels, "--html", str(page), "--workers", "2", "--crowd", str(CROWD)
    )
    return Told(refused, whole, page.read_text("utf-8"))


def test_a_file_that_cannot_be_read_is_left_out_and_told(told: Told) -> None:
    assert told.refused["path"].endswith("broken.png")
    assert told.refused["error"] == "MalformedMedia"


def test_pairs_are_counted_without_those_that_belong_together(told: Told, folders: Path) -> None:
    whole = told.whole
    assert whole["works"] == 6
    assert whole["strangers"] == 4
    assert whole["attacked"] == {"art": 1, "copies": 1}
    assert whole["queries"] == 2 * 55 + 4
    (lot,) = chosen(subjects_in([folders / "art"]), 1, "")
    kin = 2 if lot.name == "1.png" else 1
    belonging = 55 * kin + 55 * 2 + 1 + 1  # the twin's two pictures; known.png and 2.png, softer.png and 3.png
    assert whole["false_pairs"] == whole["queries"] * 6 - belonging
    assert whole["same_object_pairs"] == 1


def test_recall_is_told_per_attack_and_folder_at_every_setting(told: Told) -> None:
    ours, codes, pdq, phash = told.whole["matchers"]
    assert (ours["name"], codes["name"], pdq["name"], phash["name"]) == (OURS, CODES, "PDQ", "pHash")
    assert [point["rule"] or point["rate"] for point in pdq["points"]] == [0.01, 0.2, "31 bits"]
    for point in (*ours["points"], *codes["points"], *pdq["points"], *phash["points"]):
        assert point["false_rate"] == point["false"] / told.whole["false_pairs"]
        assert point["rate"] is None or point["false_rate"] <= point["rate"]
        for found in point["recall"].values():
            assert found["asked"] == 55
            assert found["by_attack"]["jpeg-75"] == found["by_attack"]["grey"] == 1
            assert found["all"] == pytest.approx(sum(found["by_attack"].values()) / 55)
    for folder in ("art", "copies"):
        own = pdq["points"][2]["recall"][folder]["by_attack"]
        assert own["inversion"] == own["mirror"] == own["collage-9"] == 0


def test_a_closer_look_finds_what_codes_of_whole_pictures_cannot(told: Told) -> None:
    ours, codes, *_ = ({point["rule"]: point for point in one["points"]} for one in told.whole["matchers"])
    assert [rule for rule in ours if rule] == [rule for rule in codes if rule] == ["review", "block"]
    for folder in ("art", "copies"):
        whole = codes["review"]["recall"][folder]["by_attack"]
        closer = ours["review"]["recall"][folder]["by_attack"]
        assert whole["jpeg-75"] == closer["jpeg-75"] == 1
        assert whole["mirror"] == closer["mirror"] == 1
        assert whole["crop-30"] == whole["screenshot-shop"] == 0
        assert closer["crop-30"] == 1
        assert all(closer[attack] >= found for attack, found in whole.items())
        assert sum(closer.values()) > sum(whole.values()) + 10


def test_what_is_labelled_the_same_object_is_found_and_no_false_pair(told: Told) -> None:
    pdq = told.whole["matchers"][2]
    assert [point["same_object_found"] for point in pdq["points"]] == [1, 1, 1]
    two = {frozenset({pair["query"], pair["work"]}) for one in told.whole["matchers"] for pair in one["highest_false"]}
    assert frozenset({"others/softer.png", "art/3.png"}) not in two
    assert frozenset({"others/known.png", "art/2.png"}) not in two


def test_cost_is_told_for_every_kind_of_picture(told: Told) -> None:
    kinds = "a stranger's picture", "a re-encoded or resized copy", "a registration"
    cost = told.whole["cost"]
    names = OURS, CODES, "PDQ", "pHash"
    assert [(one["matcher"], one["of"]) for one in cost] == list(itertools.product(names, kinds))
    assert all(0 < one["median"] <= one["p90"] for one in cost)
    stranger, copy, registration = (one["stages"] for one in cost[:3])
    assert set(stranger) == {"read", "codes", "features", "guesses"}
    assert set(copy) == {"read", "codes"}, "codes alone block a copy that was only re-encoded"
    assert registration == {}
    assert sum(stage["median"] for stage in stranger.values()) < 1.5 * cost[0]["p90"]
    assert [set(one["stages"]) for one in cost[3:]] == [{"read", "codes"}, {"read", "codes"}] + 7 * [set()]


def test_costs_are_measured_among_a_crowd(told: Told) -> None:
    assert told.whole["cost_among"] == CROWD
    weights = told.whole["index_bytes_per_work"]
    assert (weights["PDQ"], weights["pHash"]) == (32, 8)
    assert 100 < weights[OURS] < 8192
    assert weights[CODES] < weights[OURS]


def test_the_page_loads_nothing_and_takes_names_for_what_they_are(told: Told) -> None:
    assert told.page.count("<svg") == 2
    assert told.page.count("data:image/jpeg;base64,") >= 2
    for loading in ("<script", "<link", "url(", 'src="http', "@import"):
        assert loading not in told.page
    assert "twin &lt;of&gt; 1.bmp" in told.page
    assert "twin <of>" not in told.page


def found_without_fillers(point: dict[str, Any]) -> dict[tuple[str, str], float]:
    """Recall by folder and attack, but for those that show a stranger's picture: a labelled one is shown by none."""
    return {
        (folder, attack): share
        for folder, found in point["recall"].items()
        for attack, share in found["by_attack"].items()
        if not attack.startswith(("collage", "screenshot", "combined"))
    }


def test_another_run_gives_the_same_figures_but_for_what_the_labels_say(told: Told, folders: Path) -> None:
    again = bench(folders, "--workers", "1")[-1]
    assert again["same_object_pairs"] == 0
    assert again["false_pairs"] == told.whole["false_pairs"] + 1
    nearest = again["matchers"][2]["highest_false"][0]
    assert (nearest["query"], nearest["work"]) == ("others/softer.png", "art/3.png")
    for one, before in zip(again["matchers"], told.whole["matchers"], strict=True):
        for point, earlier in zip(one["points"], before["points"], strict=True):
            if point["rule"]:
                assert found_without_fillers(point) == found_without_fillers(earlier)
                # It also stands beside other works now, in their collages, and some matchers see it there.
                assert point["false"] >= earlier["false"] + 1
    assert not (folders / "none").exists(), "nothing is registered"


@pytest.mark.parametrize("rates", ["", "x", "0", "1e-6,2"])
def test_rates_that_are_none_are_refused(rates: str, folders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", "matching", "--works", str(folders / "art"), "--rates", rates]) == ERROR
    assert "no false-match rates" in capsys.readouterr().err


def test_a_page_that_cannot_be_written_is_told_at_once(folders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nowhere = folders / "none" / "page.html"
    assert run(["bench", "matching", "--works", str(folders / "art"), "--html", str(nowhere)]) == ERROR
    assert "can't be written" in capsys.readouterr().err
