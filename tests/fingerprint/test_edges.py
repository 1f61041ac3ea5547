import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from registry.features import EDGE_SIDE, Edges
from registry.fingerprint.regional.background import pictures
from registry.fingerprint.regional.edges import MOST, STEPS, decode_edges, encode_edges, work_edges
from registry.fingerprint.regional.frame import work_frame
from registry.proof.errors import Malformed


def disc(ground: int, ink: int) -> np.ndarray:
    image = Image.new("L", (384, 384), ground)
    ImageDraw.Draw(image).ellipse([84, 84, 300, 300], fill=ink)
    return np.asarray(image)


def test_a_disc_has_its_circle_and_nothing_else():
    edges = work_edges(disc(255, 0))
    centre = (EDGE_SIDE - 1) / 2
    radius = np.hypot(edges.points[:, 0] - centre, edges.points[:, 1] - centre)
    assert edges.size == (EDGE_SIDE, EDGE_SIDE)
    assert len(edges.points) > 90
    assert np.all(np.abs(radius - 18) < 1.2)


def test_normals_are_across_the_edge_and_point_to_the_lighter_side():
    centre = (EDGE_SIDE - 1) / 2
    for ground, ink, sign in ((255, 0, 1), (0, 255, -1), (140, 120, 1)):
        points = work_edges(disc(ground, ink)).points
        outward = (points[:, 0] - centre) * points[:, 2] + (points[:, 1] - centre) * points[:, 3]
        radius = np.hypot(points[:, 0] - centre, points[:, 1] - centre)
        assert np.all(sign * outward / radius > math.cos(math.pi / 8))


def test_a_plain_picture_has_no_edges_and_noise_below_the_faintest_has_none():
    noise = np.random.default_rng(1).normal(128, 6, (384, 300)).clip(0, 255).astype(np.uint8)
    for frame in (np.full((384, 300), 90, np.uint8), noise):
        edges = work_edges(frame)
        assert len(edges.points) == 0
        assert edges.size == (50, EDGE_SIDE)
        assert decode_edges(encode_edges(edges)).size == edges.size


def test_a_crowded_picture_keeps_the_strongest_edges_sorted_by_rows():
    cells = np.random.default_rng(2).integers(0, 256, (32, 32)).astype(np.uint8)
    points = work_edges(np.kron(cells, np.ones((12, 12), np.uint8))).points
    place = points[:, 1] * EDGE_SIDE + points[:, 0]
    assert len(points) == MOST
    assert np.all(np.diff(place) > 0)


def test_a_point_of_a_drawn_work_takes_less_than_eleven_bits():
    encoded = [(edges, encode_edges(edges)) for edges in map(work_edges, _frames())]
    points = sum(len(edges.points) for edges, _ in encoded)
    assert max(len(one) for _, one in encoded) <= 432
    assert sum(len(one) - 4 for _, one in encoded) * 8 / points < 11


def _frames():
    return [work_frame(picture)[0] for _, picture in zip(range(60), pictures(), strict=False)]


@st.composite
def maps(draw):
    width, height = draw(st.integers(1, EDGE_SIDE)), draw(st.integers(1, EDGE_SIDE))
    places = sorted(draw(st.sets(st.integers(0, width * height - 1), max_size=MOST)))
    steps = np.array(draw(st.lists(st.integers(0, STEPS - 1), min_size=len(places), max_size=len(places))), dtype=int)
    angles = steps * (2 * math.pi / STEPS)
    x, y = np.array(places, dtype=int) % width, np.array(places, dtype=int) // width
    return Edges(np.stack([x, y, np.cos(angles), np.sin(angles)], axis=1).astype(np.float32), (width, height))


@given(maps())
def test_decoding_gives_back_what_was_encoded(edges):
    encoded = encode_edges(edges)
    again = decode_edges(encoded)
    assert again.size == edges.size
    np.testing.assert_allclose(again.points, edges.points, atol=1e-6)
    assert again.points.dtype == np.float32
    assert encode_edges(again) == encoded


@given(maps(), st.data())
def test_a_damaged_map_is_refused_or_is_another_map(edges, data):
    encoded = encode_edges(edges)
    bit = data.draw(st.integers(0, len(encoded) * 8 - 1))
    damaged = bytearray(encoded)
    damaged[bit // 8] ^= 1 << bit % 8
    try:
        again = decode_edges(bytes(damaged))
    except Malformed:
        return
    width, height = again.size
    assert np.all(again.points[:, 0] < width)
    assert np.all(again.points[:, 1] < height)
    assert encode_edges(again) == bytes(damaged)


@pytest.mark.parametrize("cut", [0, 3, 20, -1])
def test_a_shortened_map_is_refused(cut):
    encoded = encode_edges(work_edges(disc(255, 0)))
    with pytest.raises(Malformed):
        decode_edges(encoded[:cut])
