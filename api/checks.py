"""`/v1/checks`: a listing's picture held against the registry, and the answer kept."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from api.callers import Checker, MayCheck, Running, viewer_of
from api.uploads import Upload, multipart, open_upload
from api.wire import Time, Wire, WorkInShort, is_id, problems, rfc3339
from api.works_wire import PartOut
from registry.assemble import Registry
from registry.errors import NotFound
from registry.findings import Check, CheckId, Clear, Inconclusive, Match, Matched, Signal, Verdict
from registry.listings import Listing
from registry.works import Part

router = APIRouter(prefix="/v1/checks", tags=["checks"])

MAX_SELLER = 80
MAX_LISTING = 200


class SignalOut(Wire):
    """One measurement: `distance` of `bits`, and it counts up to `threshold`."""

    scheme: str
    distance: int
    threshold: int
    bits: int
    holds: bool
    false_match_rate: float = Field(description="How often different works come as close, by what was measured.")

    @classmethod
    def of(cls, signal: Signal) -> "SignalOut":
        """The wire's view of a signal."""
        return cls(
            scheme=signal.scheme,
            distance=signal.distance,
            threshold=signal.threshold,
            bits=signal.bits,
            holds=signal.holds,
            false_match_rate=signal.false_match_rate,
        )


class MatchOut(Wire):
    """A work that the picture shows, with the evidence."""

    work: WorkInShort | None = Field(description="None where the work has been erased since.")
    part: PartOut | None = Field(description="Which page, layer or picture of the work; None for the whole of it.")
    decision: str
    same_bytes: bool
    orientation: str = Field(description="What was done to the work to look like the picture.")
    signals: list[SignalOut]
    reasons: list[str]


class CheckOut(Wire):
    """A check with its answer, which holds for the registry as it stood then."""

    id: str
    verdict: str = Field(description="`clear`, `matched`, or `inconclusive` where there was too little to compare.")
    decision: str = Field(description="`allow`, `review` or `block`.")
    reasons: list[str]
    matches: list[MatchOut] = Field(description="The strongest first.")
    seller: str | None
    listing: str | None
    sha256: str | None = Field(description="Of the picture's bytes; None where a work with these bytes was erased.")
    feed_position: int
    log_size: int
    checked: Time


_FIELDS: dict[str, dict[str, Any]] = {
    "seller": {
        "type": "string",
        "maxLength": MAX_SELLER,
        "description": "The seller's account, by name or id: one's own works don't stand against one's listing.",
    },
    "listing": {"type": "string", "maxLength": MAX_LISTING, "description": "The marketplace's own id of the listing."},
}


async def _upload(request: Request, _: Checker) -> AsyncIterator[Upload]:
    async with open_upload(request, frozenset(_FIELDS)) as upload:
        yield upload


@router.post("", status_code=201, responses=problems(401, 403, 413, 415, 422, 503), openapi_extra=multipart(_FIELDS))
def check(
    viewer: Checker, upload: Annotated[Upload, Depends(_upload)], registry: Running, response: Response
) -> CheckOut:
    """Holds a picture against every registered work, as the registry stands now."""
    listing = Listing(
        seller=upload.field("seller", longest=MAX_SELLER), listing=upload.field("listing", longest=MAX_LISTING)
    )
    made = registry.checking.check(upload.read(), listing, viewer)
    response.headers["Location"] = f"/v1/checks/{made.id}"
    return _check(registry, made)


@router.get("/{check_id}", responses=problems(401, 403, 404))
def show_check(check_id: str, caller: MayCheck, registry: Running) -> CheckOut:
    """An earlier check of one's own, as it was answered."""
    viewer = viewer_of(caller)
    made = registry.checking.kept(CheckId(check_id)) if is_id(check_id) else None
    if made is None or not (viewer.everything or made.account == viewer.account):
        raise NotFound("check", check_id[:40])
    return _check(registry, made)


def _check(registry: Registry, made: Check) -> CheckOut:
    return CheckOut(
        id=made.id,
        verdict=_kind(made.verdict),
        decision=made.verdict.decision,
        reasons=list(made.verdict.reasons),
        matches=_matches(registry, made),
        seller=made.listing.seller,
        listing=made.listing.listing,
        sha256=None if made.sha256 is None else made.sha256.hex(),
        feed_position=made.feed_position,
        log_size=made.log_size,
        checked=rfc3339(made.checked),
    )


def _kind(verdict: Verdict) -> str:
    match verdict:
        case Clear():
            return "clear"
        case Matched():
            return "matched"
        case Inconclusive():
            return "inconclusive"


def _matches(registry: Registry, made: Check) -> list[MatchOut]:
    if not isinstance(made.verdict, Matched):
        return []
    works = registry.checking.works_of(made)
    owners = registry.access.names({work.account for work in works.values()})
    short = {name: WorkInShort.of(work, owners[work.account]) for name, work in works.items()}
    parts = registry.catalogue.parts(works)
    return [_match(match, short.get(match.work), parts.get(match.work, [])) for match in made.verdict.matches]


def _match(match: Match, work: WorkInShort | None, parts: list[Part]) -> MatchOut:
    shown = match.shown(parts)
    return MatchOut(
        work=work,
        part=None if shown is None else PartOut.of(match.work, shown),
        decision=match.decision,
        same_bytes=match.same_bytes,
        orientation=match.orientation,
        signals=[SignalOut.of(signal) for signal in match.signals],
        reasons=list(match.reasons),
    )
