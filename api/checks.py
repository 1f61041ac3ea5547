"""`/v1/checks`: a listing's picture held against the registry, the answer kept, and its evidence to look at."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from api.callers import Checker, MayCheck, Running, viewer_of
from api.matches_wire import MatchOut, matches_out
from api.uploads import Upload, multipart, open_upload
from api.wire import Time, Wire, is_id, problems, rfc3339
from registry.accounts import Viewer
from registry.assemble import Registry
from registry.errors import NotFound
from registry.findings import Check, CheckId, Clear, Inconclusive, Matched, Verdict
from registry.listings import Listing
from registry.works import WorkId

router = APIRouter(prefix="/v1/checks", tags=["checks"])

MAX_SELLER = 80
MAX_LISTING = 200


class CheckOut(Wire):
    """A check with its answer, which holds for the registry as it stood then."""

    id: str
    verdict: str = Field(description="`clear`, `matched`, or `inconclusive` where there was too little to compare.")
    decision: str = Field(description="`allow`, `review` or `block`.")
    reasons: list[str]
    matches: list[MatchOut] = Field(description="The strongest first.")
    seller: str | None
    listing: str | None
    picture: str | None = Field(description="Where a small copy of the picture is: kept while it shows a work.")
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
    return _out(registry, made)


@router.get("/{check_id}", responses=problems(401, 403, 404))
def show_check(check_id: str, caller: MayCheck, registry: Running) -> CheckOut:
    """An earlier check of one's own, as it was answered."""
    return _out(registry, registry.showing.check(_named(check_id), viewer_of(caller)))


@router.get("/{check_id}/picture", response_class=Response, responses=problems(401, 403, 404))
def check_picture(check_id: str, caller: MayCheck, registry: Running) -> Response:
    """A small copy of the picture that was checked, for a person to look at: kept while it shows a work."""
    return _picture(registry.showing.picture(_named(check_id), viewer_of(caller)))


@router.get("/{check_id}/matches/{work}/overlay", response_class=Response, responses=problems(401, 403, 404))
def overlay(check_id: str, work: str, viewer: Checker, registry: Running) -> Response:
    """The work and the checked picture side by side, and laid over each other: a JPEG, drawn when it is asked for."""
    return _picture(_overlay(registry, check_id, work, viewer))


def _overlay(registry: Registry, check_id: str, work: str, viewer: Viewer) -> bytes:
    if not is_id(work):
        raise NotFound("overlay of work", work[:40])
    return registry.showing.overlay(_named(check_id), WorkId(work), viewer)


def _named(text: str) -> CheckId:
    if not is_id(text):
        raise NotFound("check", text[:40])
    return CheckId(text)


def _picture(jpeg: bytes) -> Response:
    # Asked for each time: after a withdrawal nothing is shown any more.
    return Response(jpeg, media_type="image/jpeg", headers={"Cache-Control": "private, no-store"})


def _out(registry: Registry, made: Check) -> CheckOut:
    return CheckOut(
        id=made.id,
        verdict=_kind(made.verdict),
        decision=made.verdict.decision,
        reasons=list(made.verdict.reasons),
        matches=matches_out(registry, made),
        seller=made.listing.seller,
        listing=made.listing.listing,
        picture=f"/v1/checks/{made.id}/picture" if registry.showing.has_picture(made) else None,
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
