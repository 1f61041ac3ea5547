"""Verdicts as JSON in a column, and what stays of them when a work is erased."""

from collections.abc import Collection
from dataclasses import replace

from pydantic import TypeAdapter

from registry.findings import Clear, Inconclusive, Match, Matched, Verdict
from registry.works import WorkId

ERASED = WorkId("erased")
"""What a kept answer calls a work that was erased since."""

_EVIDENCE_GONE = "The work was erased by its claimant since, and the evidence with it."
_REASON_GONE = "This reason was about another work, which was erased by its claimant since."
_CLEAR, _MATCHED, _INCONCLUSIVE = TypeAdapter(Clear), TypeAdapter(Matched), TypeAdapter(Inconclusive)


def encode_verdict(verdict: Verdict) -> str:
    """The verdict as JSON, its kind before it."""
    match verdict:
        case Clear():
            return "clear " + _CLEAR.dump_json(verdict).decode()
        case Matched():
            return "matched " + _MATCHED.dump_json(verdict).decode()
        case Inconclusive():
            return "inconclusive " + _INCONCLUSIVE.dump_json(verdict).decode()


def decode_verdict(text: str) -> Verdict:
    """The verdict that `encode_verdict` wrote; raises ValueError for anything else."""
    kind, _, data = text.partition(" ")
    match kind:
        case "clear":
            return _CLEAR.validate_json(data)
        case "matched":
            return _MATCHED.validate_json(data)
        case "inconclusive":
            return _INCONCLUSIVE.validate_json(data)
        case _:
            raise ValueError(f"no verdict is called {kind!r}")


def shows_nothing(verdict: Matched) -> bool:
    """Whether every work that was found has been erased since."""
    return all(match.work == ERASED for match in verdict.matches)


def without_erased(verdict: Matched, erased: Collection[WorkId]) -> Matched:
    """An answer as it was given, with its decisions, but for what it says of erased works."""
    return Matched(tuple(_without_erased(match, erased) for match in verdict.matches))


def _without_erased(match: Match, erased: Collection[WorkId]) -> Match:
    if match.work in erased:
        return replace(match, work=ERASED, part=0, placement=None, signals=(), reasons=(_EVIDENCE_GONE,))
    reasons = (_REASON_GONE if any(work in reason for work in erased) else reason for reason in match.reasons)
    return replace(match, reasons=tuple(reasons))
