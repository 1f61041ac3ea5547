"""Verdicts as JSON in a column."""

from pydantic import TypeAdapter

from registry.findings import Clear, Inconclusive, Matched, Verdict

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
