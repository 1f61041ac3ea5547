"""`/v1/works/…/certificate`, `/thumbnail` and `/original`: what is made or kept of a work, for whoever may have it."""

from fastapi import APIRouter, Response
from pydantic import Field
from starlette.responses import JSONResponse

from api.callers import Keyed, Looker, MayRegister, Running, viewer_of
from api.wire import Time, Wire, problems, rfc3339
from api.works import known_work
from registry.accounts import Viewer
from registry.assemble import Registry
from registry.blobs.safe import Purpose
from registry.certify import Pending
from registry.errors import AccessDenied, NotFound
from registry.media.sniff import sniff
from registry.proof.certificate import encode_certificate
from registry.works import Work

router = APIRouter(prefix="/v1/works", tags=["works"])

MAX_PARTS = 1 << 31
"""Numbers beyond are no part's, and no column's either."""

_PATIENCE = 5
"""Seconds until to ask again for a certificate that should be there already."""


class PendingOut(Wire):
    """No certificate yet: the work is registered and waits for its anchor."""

    status: str = "pending"
    expected: Time
    anchor_by: Time = Field(description="When the receipt promises it at the latest.")


@router.get(
    "/{work}/certificate",
    response_class=Response,
    responses={
        200: {"description": "The certificate's canonical bytes", "content": {"application/json": {}}},
        202: {"description": "Not anchored yet", "model": PendingOut},
        **problems(401, 403, 404),
    },
)
def certificate(work: str, caller: Keyed, registry: Running, fingerprints: bool = False) -> Response:
    """The work's certificate. With `fingerprints` it discloses them: a rough picture can be drawn from those."""
    found = known_work(registry, work, viewer_of(caller))
    if fingerprints and not _owns(viewer_of(caller), found):
        raise AccessDenied(
            "Only the account that declared a work may disclose its fingerprints.",
            remedy="Ask for the certificate without `fingerprints`.",
        )
    made = registry.certification.certificate(found, with_fingerprints=fingerprints)
    if isinstance(made, Pending):
        wait = max(made.expected - registry.clock(), _PATIENCE)
        pending = PendingOut(expected=rfc3339(made.expected), anchor_by=rfc3339(made.anchor_by))
        return JSONResponse(pending.model_dump(), status_code=202, headers={"Retry-After": str(wait)})
    return Response(
        encode_certificate(made),
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{found.id}.certificate.json"'},
    )


@router.get("/{work}/thumbnail", response_class=Response, responses=problems(401, 403, 404))
def thumbnail(work: str, viewer: Looker, registry: Running) -> Response:
    """The work's small picture."""
    return _small_picture(registry, work, 0, viewer)


@router.get("/{work}/parts/{part}/thumbnail", response_class=Response, responses=problems(401, 403, 404, 422))
def part_thumbnail(work: str, part: int, viewer: Looker, registry: Running) -> Response:
    """The small picture of one of the work's pages, layers or pictures."""
    return _small_picture(registry, work, part, viewer)


@router.get("/{work}/original", response_class=Response, responses=problems(401, 403, 404))
def original(work: str, caller: MayRegister, registry: Running) -> Response:
    """The file itself, for its own account, where it was kept."""
    viewer = viewer_of(caller)
    found = known_work(registry, work, viewer)
    if not _owns(viewer, found) or found.original is None:
        raise NotFound("original of work", found.id, remedy="Only the account that had it kept can have it back.")
    data = registry.safe.read(found.original, Purpose.ORIGINAL, found.id)
    # Whatever it is, a browser takes it as a download and never as a page of ours.
    return Response(
        data,
        media_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{found.id}"', "Cache-Control": "private, no-store"},
    )


def _small_picture(registry: Registry, name: str, part: int, viewer: Viewer) -> Response:
    found = known_work(registry, name, viewer)
    picture = registry.catalogue.thumbnail(found.id, part) if 0 <= part < MAX_PARTS else None
    if picture is None:
        raise NotFound("thumbnail of work", name[:40])
    return Response(picture, media_type=sniff(picture), headers={"Cache-Control": "private, max-age=3600"})


def _owns(viewer: Viewer, work: Work) -> bool:
    return viewer.everything or viewer.account == work.account
