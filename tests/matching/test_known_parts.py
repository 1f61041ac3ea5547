"""The index of a closer look follows the feed: what was added is found, what was removed isn't, gaps are refused."""

import threading
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from registry.errors import FeedBroken
from registry.features import EDGE_SIDE
from registry.fingerprint.regional.packed import unpack
from registry.match.aligned.rule import NOTHING
from registry.matching.known import KnownParts
from registry.matching.looking import look
from registry.works import FeedEvent, Passed, Removed, WorkId
from tests.matching.drawn_works import Seen, added, asked, grain, image, packed, packed_grain

INDEX_BYTES = 2560
"""What a part may take up, all that is looked through together."""

A, B, C = (WorkId(name) for name in "abc")


@pytest.fixture(scope="module")
def seen() -> dict[int, Seen]:
    """Works that are asked about, a fifth of them cut off."""
    return {seed: _asked_once(seed) for seed in range(4)}


def _stolen(seed: int) -> Image.Image:
    whole = image(seed)
    return whole.crop((int(whole.width * 0.2), 0, *whole.size))


def following(*events: FeedEvent) -> KnownParts:
    parts = KnownParts()
    parts.apply(events)
    return parts


def found(parts: KnownParts, picture: Seen) -> set[tuple[WorkId, int]]:
    """The parts that a picture shows beyond doubt."""
    looked = look(parts, picture.features, picture.asked.picture)
    sure = set()
    for row, evidence in looked.evidence.items():
        known = parts.known(row)
        assert known is not None
        if (evidence.outlines or NOTHING) > 5 or (evidence.texture is not None and evidence.texture.score > 8):
            sure.add((known.work, known.part))
    return sure


def test_what_is_added_is_found_as_the_part_it_is(seen: dict[int, Seen]) -> None:
    parts = following(added(1, A, packed(0)), added(2, B, packed(1), packed(2)))
    assert (parts.position, len(parts)) == (2, 3)
    assert [found(parts, seen[seed]) for seed in range(4)] == [{(A, 0)}, {(B, 0)}, {(B, 1)}, set()]


def test_a_part_is_known_as_it_was_packed() -> None:
    known, work = following(added(1, A, packed(3))).known(0), unpack(packed(3))
    assert known is not None
    assert (known.work, known.part, known.size, known.picture) == (A, 0, work.size, work.picture)
    assert known.generic == work.generic
    outlines = known.outlines()
    assert (outlines.points == work.edges.points).all()
    assert max(outlines.size) == EDGE_SIDE


def test_a_texture_is_found_by_its_relief() -> None:
    parts = following(added(1, A, packed_grain(1)), added(2, B, packed_grain(2)), added(3, C, packed(0)))
    assert found(parts, asked(grain(2).resize((300, 300)))) == {(B, 0)}
    parts.apply([Removed(4, B)])
    assert found(parts, asked(grain(2).resize((300, 300)))) == set()


def test_what_was_removed_is_found_no_more_and_its_row_is_nobody_s(seen: dict[int, Seen]) -> None:
    parts = following(added(1, A, packed(0)), added(2, B, packed(1)))
    parts.apply([Removed(3, A)])
    assert found(parts, seen[0]) == set()
    assert found(parts, seen[1]) == {(B, 0)}
    assert (parts.known(0), len(parts), parts.position) == (None, 1, 3)
    parts.apply([added(4, A, packed(0))])
    assert found(parts, seen[0]) == {(A, 0)}
    assert parts.known(0) is None, "a row isn't used twice"


def test_events_that_were_applied_are_passed_over() -> None:
    events = [added(1, A, packed(0)), Passed(2), added(3, B)]
    parts = following(*events)
    parts.apply(events)
    parts.apply([])
    assert (parts.position, len(parts)) == (3, 1)


WRONG: dict[str, tuple[FeedEvent, ...]] = {
    "a gap": (Passed(4),),
    "a work that is there": (added(3, A, packed(1)),),
    "a work that is there without parts": (added(3, B),),
    "a work that is not there": (Removed(3, C),),
    "features that can't be read": (added(3, C, packed(1)[:-1]),),
    "features of nothing": (added(3, C, packed(1), b""),),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_what_can_t_come_next_is_refused_and_what_came_before_stays(
    wrong: tuple[FeedEvent, ...], seen: dict[int, Seen]
) -> None:
    before = added(1, A, packed(0)), added(2, B)
    parts = KnownParts()
    with pytest.raises(FeedBroken):
        parts.apply((*before, *wrong))
    assert (parts.position, len(parts)) == (2, 1)
    with pytest.raises(FeedBroken):
        parts.apply(wrong)
    assert found(parts, seen[0]) == {(A, 0)}
    parts.apply([added(3, C, packed(1)), Removed(4, A)])
    assert (found(parts, seen[0]), found(parts, seen[1])) == (set(), {(C, 0)})


def test_a_removal_before_a_broken_event_is_not_done_twice() -> None:
    parts = following(added(1, A, packed(0)))
    with pytest.raises(FeedBroken):
        parts.apply([Removed(2, A), Passed(9)])
    assert (parts.position, len(parts)) == (2, 0)
    parts.apply([added(3, A, packed(0))])
    assert len(parts) == 1


@st.composite
def feeds(draw: st.DrawFn) -> list[FeedEvent]:
    """A feed of few works that come and go, each with the picture that its name says, or two."""
    events: list[FeedEvent] = []
    there: set[int] = set()
    for seq in range(1, draw(st.integers(1, 14)) + 1):
        work = draw(st.integers(-1, 3))
        if work < 0:
            events.append(Passed(seq))
        elif work in there:
            there.remove(work)
            events.append(Removed(seq, WorkId(f"{work}")))
        else:
            there.add(work)
            pictures = [packed(work), packed((work + 1) % 4)][: draw(st.integers(1, 2))]
            events.append(added(seq, f"{work}", *pictures))
    return events


def _standing(events: Sequence[FeedEvent]) -> dict[WorkId, int]:
    """Works that stand in the end, with how many parts they have."""
    standing: dict[WorkId, int] = {}
    for event in events:
        match event:
            case Removed():
                del standing[event.work]
            case Passed():
                pass
            case _:
                standing[event.work] = len(event.features)
    return standing


@settings(max_examples=20, deadline=None)
@given(feeds(), st.data())
def test_the_answers_are_the_same_however_the_feed_is_split(events: list[FeedEvent], data: st.DataObject) -> None:
    standing = _standing(events)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(events)))) | {0, len(events)})
    together, apart = following(*events), KnownParts()
    for start, end in pairwise(cuts):
        apart.apply(events[start:end])
    picture = _asked_once(0)
    showing = {(work, part) for work, count in standing.items() for part in range(count) if (int(work) + part) % 4 == 0}
    for parts in (together, apart):
        assert (parts.position, len(parts)) == (len(events), sum(standing.values()))
        assert found(parts, picture) == showing


@cache
def _asked_once(seed: int) -> Seen:
    return asked(_stolen(seed))


def test_a_part_takes_no_more_than_its_bytes_and_gives_them_back() -> None:
    count = 60
    parts = KnownParts()
    empty = parts.nbytes
    parts.apply(added(seed + 1, f"{seed}", packed(seed % 6)) for seed in range(count))
    full = parts.nbytes
    assert 600 * count < full - empty < INDEX_BYTES * count
    parts.apply(Removed(count + seed + 1, WorkId(f"{seed}")) for seed in range(count))
    # Numbers of shapes are given once: the frames of those that left keep their 12 bytes.
    assert parts.nbytes - empty < (full - empty) / 4


def test_a_reader_sees_whole_works_while_another_thread_follows(seen: dict[int, Seen]) -> None:
    parts, done = following(added(1, A, packed(0))), threading.Event()
    looks: list[set[tuple[WorkId, int]]] = []
    errors: list[BaseException] = []

    def ask() -> None:
        try:
            while not done.is_set() or not looks:
                looks.append(found(parts, seen[0]))
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test fails of it
            errors.append(error)

    readers = [threading.Thread(target=ask) for _ in range(2)]
    for reader in readers:
        reader.start()
    for seq in range(2, 60, 2):
        features = packed_grain(1) if seq % 4 else packed(1)
        parts.apply([added(seq, B, features)])
        parts.apply([Removed(seq + 1, B)])
    done.set()
    for reader in readers:
        reader.join()
    assert errors == []
    assert all(one == {(A, 0)} for one in looks)
