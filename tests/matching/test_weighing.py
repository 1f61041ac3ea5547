"""What all evidence for one guess says together."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from registry.features import Edges
from registry.fingerprint.regional.regions import BITS
from registry.match import tones
from registry.match.aligned.align import as_told
from registry.match.aligned.atlas import Atlas
from registry.match.logistic import fitted
from registry.matching.known import KnownParts
from registry.matching.looking import guessed
from registry.matching.weighing import BENDS, NAMES, Weighable, columns, read, weighed, write
from tests.match.aligned_pictures import drawn, guesses, shown, similar
from tests.matching.drawn_works import added, asked, packed_of, poster


def weighable(number: int) -> Weighable:
    """Guesses of which nothing is known."""
    told = guesses([similar(1, 0, (256, 190))] * number)
    edges = [Edges(np.zeros((0, 4), np.float32), (64, 48))] * number
    return Weighable(
        as_told(Atlas.of(shown(drawn(1), similar(1, 0, (256, 190)))), edges, told),
        told,
        outlines=np.full(number, -30, np.float32),
        points=np.zeros((number, 2), np.float32),
        bits=np.full(number, BITS, np.float32),
        told=np.ones(number, np.bool_),
        toned=np.zeros((number, len(tones.NAMES)), np.float32),
    )


@pytest.mark.parametrize("number", [0, 1, 7])
def test_there_is_a_column_for_every_name(number: int) -> None:
    held = columns(weighable(number))
    assert held.shape == (number, len(NAMES))
    assert len(set(NAMES)) == len(NAMES)
    assert np.isfinite(held).all()
    assert weighed(held).shape == (number,)
    assert (weighed(held) < -3).all(), "nothing speaks for any"


@pytest.fixture(scope="module")
def registry() -> KnownParts:
    """Twelve posters."""
    known = KnownParts()
    known.apply([added(seed + 1, str(seed), packed_of(poster(seed))) for seed in range(12)])
    return known


@pytest.mark.parametrize("seed", [0, 5, 11])
@pytest.mark.parametrize("theft", ["whole", "small on a page", "grey and cropped"])
def test_the_shown_work_is_far_above_all_others(registry: KnownParts, seed: int, theft: str) -> None:
    picture = poster(seed)
    match theft:
        case "small on a page":
            page = Image.new("RGB", (1000, 800), "#eee")
            page.paste(picture.resize((300, 225)), (420, 310))
            picture = page
        case "grey and cropped":
            picture = picture.crop((60, 30, 420, 330)).convert("L").convert("RGB")
        case _:
            pass
    seen = asked(picture)
    its = guessed(registry, seen.features, seen.asked.picture)
    odds = weighed(its.held)
    own = its.guesses.rows == seed
    assert odds[own].max() > 2
    assert odds[~own].max(initial=-99) < odds[own].max() - 4


def test_a_written_rule_is_read_back(tmp_path: Path) -> None:
    dice = np.random.default_rng(0)
    rows = dice.normal(size=(900, len(NAMES))).astype(np.float32)
    rule = fitted(rows, rows[:, 0] + dice.normal(size=900) > 0, BENDS)
    write(rule, tmp_path / "weighing.npz")
    np.testing.assert_array_equal(read(tmp_path / "weighing.npz").odds(rows), rule.odds(rows))


def test_the_rule_that_ships_weighs_these_measures() -> None:
    with np.load(Path(__file__).parents[2] / "registry/matching/weighing.npz", allow_pickle=False) as held:
        assert tuple(held["names"]) == NAMES
