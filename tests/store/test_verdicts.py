"""Verdicts as text, and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.findings import Clear, Decision, Inconclusive, Match, Matched, Orientation, Signal, Verdict
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
MATCHES = st.builds(
    Match,
    work=st.text().map(WorkId),
    decision=st.sampled_from(Decision),
    same_bytes=st.booleans(),
    orientation=st.sampled_from(Orientation),
    signals=st.lists(SIGNALS, max_size=3).map(tuple),
    reasons=REASONS,
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


@pytest.mark.parametrize(
    "text",
    [
        "",
        "clear",
        "clear {}",
        "guilty {}",
        'matched {"matches":[]}',
        'clear {"reasons":["x"',
        'matched {"matches":[{"work":"wrk_1","decision":"praise","same_bytes":true,"orientation":"upright",'
        '"signals":[],"reasons":[]}]}',
    ],
)
def test_what_no_verdict_wrote_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - pydantic's own, or ours
        decode_verdict(text)
