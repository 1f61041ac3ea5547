"""What a worker saw crosses as plain values, and whatever else it sends is told apart from that."""

from dataclasses import fields, is_dataclass, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import WorkerDied
from registry.features import QUERY_SIDE, QueryFeatures
from registry.intake.crossing import must_be_readable, packed, unpacked
from registry.intake.seeing import query_features
from registry.intake.taken import Asked, Closer
from registry.works import Detail, Part, PartKind, TakenPart
from tests.journeys.pictures import Picture

PLAIN = (tuple, str, int, float, bool, bytes, type(None))


def _grain() -> np.ndarray:
    noise = np.random.default_rng(5).normal(size=(512, 384)).astype(np.float32)
    smooth = (noise + np.roll(noise, 1, 0) + np.roll(noise, 1, 1)) / 3
    return np.repeat(np.clip(np.round(230 + 4 * smooth), 0, 255).astype(np.uint8)[..., None], 3, axis=2)


SHAPES = query_features(np.asarray(Picture(3, (512, 384)).image()))
TEXTURE = query_features(_grain())
SEEN = {"shapes and points": SHAPES, "a texture": TEXTURE}


def _same(one: object, other: object) -> bool:
    if isinstance(one, np.ndarray):
        return isinstance(other, np.ndarray) and one.dtype == other.dtype and np.array_equal(one, other)
    if isinstance(one, tuple):
        return isinstance(other, tuple) and len(one) == len(other) and all(map(_same, one, other))
    if is_dataclass(one):
        return type(one) is type(other) and all(
            _same(getattr(one, each.name), getattr(other, each.name)) for each in fields(one)
        )
    return type(one) is type(other) and one == other


def _plain(value: object) -> bool:
    return all(map(_plain, value)) if isinstance(value, tuple) else type(value) in PLAIN


def test_the_drawn_pictures_have_what_is_to_cross() -> None:
    assert len(SHAPES.keypoints.codes) > 50
    assert len(SHAPES.shapes) == 4
    assert SHAPES.texture is None
    assert TEXTURE.texture is not None
    assert TEXTURE.texture.views


@pytest.mark.parametrize("seen", SEEN.values(), ids=SEEN)
def test_features_go_round(seen: QueryFeatures) -> None:
    crossed = packed(seen)
    assert _plain(crossed)
    assert _same(unpacked(QueryFeatures, crossed), seen)
    assert _same(Closer(crossed).features, seen)


def _paths(value: object, at: tuple[int, ...] = ()) -> list[tuple[int, ...]]:
    """The way to everything within."""
    inner = [path for place, each in enumerate(value) for path in _paths(each, (*at, place))] if _tuple(value) else []
    return [at, *inner]


def _tuple(value: object) -> bool:
    return isinstance(value, tuple)


def _with(value: object, path: tuple[int, ...], put: object) -> object:
    if not path:
        return put
    assert isinstance(value, tuple)
    return (*value[: path[0]], _with(value[path[0]], path[1:], put), *value[path[0] + 1 :])


NONSENSE = st.one_of(
    st.none(),
    st.integers(),
    st.floats(),
    st.text(max_size=3),
    st.binary(max_size=40),
    st.lists(st.integers(-9, 9), max_size=3),
    st.dictionaries(st.text(max_size=2), st.none(), max_size=1),
    st.tuples(
        st.sampled_from(["float32", "uint64", "int8", "object", "O"]), st.tuples(st.integers(-2, 9)), st.binary()
    ),
    st.recursive(st.none() | st.integers(), lambda inner: st.lists(inner, max_size=3).map(tuple), max_leaves=6),
)
TREES = {name: packed(seen) for name, seen in SEEN.items()}


@given(st.sampled_from(sorted(TREES)), st.data())
def test_nonsense_anywhere_is_a_dead_worker_or_features_and_nothing_else(name: str, data: st.DataObject) -> None:
    tree = TREES[name]
    crossed = _with(tree, data.draw(st.sampled_from(_paths(tree))), data.draw(NONSENSE))
    try:
        seen = Closer(crossed).features
    except WorkerDied:
        return
    assert isinstance(seen, QueryFeatures)
    assert len(seen.keypoints.codes) == len(seen.keypoints.xy) == len(seen.keypoints.size)


POINTS = SHAPES.keypoints
WRONG = {
    "points without places": replace(SHAPES, keypoints=replace(POINTS, xy=POINTS.xy[:-1])),
    "places in space": replace(SHAPES, keypoints=replace(POINTS, xy=np.zeros((len(POINTS.xy), 3), np.float32))),
    "places that are no number": replace(SHAPES, keypoints=replace(POINTS, xy=POINTS.xy * np.float32(np.nan))),
    "codes of another width": replace(SHAPES, keypoints=replace(POINTS, codes=POINTS.codes.astype(np.uint8))),
    "doubles for floats": replace(SHAPES, keypoints=replace(POINTS, xy=POINTS.xy.astype(np.float64))),
    "margins of half the bits": replace(
        SHAPES, keypoints=replace(POINTS, margins=np.zeros((len(POINTS.xy), 32), "u1"))
    ),
    "boxes that lie in four ways": replace(
        SHAPES, regions=replace(SHAPES.regions, codes=np.ascontiguousarray(SHAPES.regions.codes[:, :4]))
    ),
    "a million points": replace(
        SHAPES,
        keypoints=replace(
            POINTS,
            codes=np.zeros(10**6, np.uint64),
            xy=np.zeros((10**6, 2), np.float32),
            size=np.ones(10**6, np.float32),
            angle=np.zeros(10**6, np.float32),
            mirrored=np.zeros(10**6, np.bool_),
            margins=None,
        ),
    ),
    "shapes that miss a frame": replace(
        SHAPES, shapes=(replace(SHAPES.shapes[0], frames=SHAPES.shapes[0].frames[1:]), *SHAPES.shapes[1:])
    ),
    "a texture without a view": replace(TEXTURE, texture=TEXTURE.texture and replace(TEXTURE.texture, views=())),
    "a view of no pixels": replace(
        TEXTURE,
        texture=TEXTURE.texture
        and replace(TEXTURE.texture, views=(replace(TEXTURE.texture.views[0], relief=np.zeros((0, 9), np.int8)),)),
    ),
    "a view that lies nowhere": replace(
        TEXTURE,
        texture=TEXTURE.texture
        and replace(TEXTURE.texture, views=(replace(TEXTURE.texture.views[0], box=(0.0, float("nan"), 1.0, 1.0)),)),
    ),
}


@pytest.mark.parametrize("seen", WRONG.values(), ids=WRONG)
def test_arrays_that_do_not_belong_together_are_a_dead_worker(seen: QueryFeatures) -> None:
    with pytest.raises(WorkerDied):
        _ = Closer(packed(seen)).features


def test_a_picture_without_anything_is_whole() -> None:
    seen = query_features(np.full((512, 512, 3), 255, np.uint8))
    assert _same(Closer(packed(seen)).features, seen)


ASKED = Asked(1024, 768, "RGB", (QUERY_SIDE, 384), bytes(QUERY_SIDE * 384 * 3))


def test_an_asked_picture_has_as_many_pixels_as_it_says() -> None:
    assert ASKED.picture.shape == (384, QUERY_SIDE, 3)
    assert replace(ASKED, mode="L", pixels=bytes(QUERY_SIDE * 384)).picture.shape == (384, QUERY_SIDE)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(ASKED, mode="L"),
        replace(ASKED, pixels=b""),
        replace(ASKED, size=(0, QUERY_SIDE), pixels=b""),
        replace(ASKED, size=(10, 10), pixels=bytes(300)),
        replace(ASKED, size=(QUERY_SIDE,)),
        replace(ASKED, pixels="no bytes"),
    ],
    ids=["grey in name only", "empty", "without width", "too small", "one side", "a text"],
)
def test_one_that_has_not_is_a_dead_worker(wrong: Asked) -> None:
    with pytest.raises(WorkerDied):
        _ = wrong.picture


def test_features_that_no_check_could_read_are_refused_before_they_are_kept() -> None:
    part = Part(0, PartKind.WHOLE, "", 10, 10, Detail.DISTINCT)
    must_be_readable([TakenPart(part, (), {}, b"", features=b"")])
    with pytest.raises(WorkerDied):
        must_be_readable([TakenPart(part, (), {}, b"", features=b"\x01 nonsense")])
