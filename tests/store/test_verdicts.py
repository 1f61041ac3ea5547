"""Verdicts as text, and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.findings import (
    MOST_POINTS,
    NEVER_BLOCKING,
    Clear,
    Decision,
    Inconclusive,
    Match,
    MatchClass,
    Matched,
    Orientation,
    Placement,
    Signal,
    Verdict,
)
from registry.store.verdicts import decode_verdict, encode_verdict
from registry.works import WorkId

REASONS = st.lists(st.text(), max_size=3).map(tuple)
SIGNALS = st.builds(
    Signal,
    scheme=st.text(),
    distance=st.integers(0, 256),
    threshold=st.integers(0, 256),
    bits=st.sampled_from([64, 256]),
    false_match_rate=st.floats(0, 1),
)
NUMBERS = st.floats(-1e6, 1e6)
SHARES = st.floats(0, 1, exclude_min=True)
POINTS = st.tuples(NUMBERS, NUMBERS)
SIZES = st.tuples(st.integers(1, 1 << 20), st.integers(1, 1 << 20))
PLACEMENTS = st.builds(
    Placement,
    transform=st.tuples(*[NUMBERS] * 6).filter(lambda one: one[0] * one[4] != one[1] * one[3]),
    work=SIZES,
    asked=SIZES,
    region=st.lists(POINTS, max_size=8).map(tuple),
    shown=SHARES,
    covered=SHARES,
    points=st.lists(st.tuples(POINTS, POINTS), max_size=MOST_POINTS).map(tuple),
    inverted=st.booleans(),
)


@st.composite
def matches(draw: st.DrawFn) -> Match:
    kind = draw(st.sampled_from(MatchClass))
    decisions = [Decision.ALLOW, Decision.REVIEW] if kind in NEVER_BLOCKING else list(Decision)
    return Match(
        work=WorkId(draw(st.text())),
        part=draw(st.integers(0, 200)),
        decision=draw(st.sampled_from(decisions)),
        kind=kind,
        orientation=draw(st.sampled_from(Orientation)),
        placement=draw(st.none() | PLACEMENTS),
        signals=tuple(draw(st.lists(SIGNALS, max_size=3))),
        false_match_rate=draw(st.floats(0, 1)),
        reasons=draw(REASONS),
    )


MATCHES = matches()
SOUND = (
    '{"work":"wrk_1","part":0,"decision":"review","kind":"part of","orientation":"upright","placement":null,'
    '"signals":[],"false_match_rate":0.1,"reasons":[]}'
)
VERDICTS: st.SearchStrategy[Verdict] = st.one_of(
    st.builds(Clear, reasons=REASONS),
    st.builds(Inconclusive, reasons=REASONS),
    st.builds(Matched, matches=st.lists(MATCHES, min_size=1, max_size=3).map(tuple)),
)


@given(VERDICTS)
def test_a_verdict_comes_back_as_it_was(verdict: Verdict) -> None:
    text = encode_verdict(verdict)
    assert "\x00" not in text  # PostgreSQL takes none
    back = decode_verdict(text)
    assert back == verdict
    assert type(back) is type(verdict)
    assert back.decision is verdict.decision
    assert encode_verdict(back) == text


def test_a_sound_match_is_read() -> None:
    """Or else the altered ones below might be refused for something else."""
    assert isinstance(decode_verdict('matched {"matches":[' + SOUND + "]}"), Matched)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "clear",
        "clear {}",
        "guilty {}",
        'matched {"matches":[]}',
        'clear {"reasons":["x"',
        'matched {"matches":[' + SOUND.replace("review", "praise") + "]}",
        'matched {"matches":[' + SOUND.replace("review", "block").replace("part of", "shares an element") + "]}",
        'matched {"matches":[' + SOUND.replace("0.1", "1.1") + "]}",
        'matched {"matches":[' + SOUND.replace("null", "{}") + "]}",
    ],
)
def test_what_no_verdict_wrote_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - pydantic's own, or ours
        decode_verdict(text)
