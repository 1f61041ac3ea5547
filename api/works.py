"""`/v1/works`: registering, looking up and paging."""

import re
from collections.abc import AsyncIterator
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Query, Request, Response

from api.callers import Keyed, MayRegister, Running, viewer_of
from api.uploads import Upload, multipart, open_upload
from api.wire import is_id, problems, rfc3339
from api.works_wire import PageOut, RegisteredOut, SightingOut, WorkOut, registered_out, work_out, works_out
from registry.accounts import Viewer
from registry.assemble import Registry
from registry.errors import InvalidInput, NotFound
from registry.register import MAX_TITLE
from registry.works import Description, Keeping, Kind, Role, Visibility, Work, WorkId

router = APIRouter(prefix="/v1/works", tags=["works"])

MAX_PAGE = 200
_CURSOR = re.compile(r"w([0-9a-f]{1,16})")
Choice = TypeVar("Choice", bound=StrEnum)


class Raster(StrEnum):
    """What becomes of a work's canonical raster."""

    KEEP = "keep"
    REFUSE = "refuse"


class Original(StrEnum):
    """What becomes of the file itself."""

    DISCARD = "discard"
    KEEP = "keep"


_FIELDS: dict[str, dict[str, Any]] = {
    "title": {
        "type": "string",
        "maxLength": MAX_TITLE,
        "description": "The file's name without its ending, if left out.",
    },
    "kind": {"type": "string", "enum": [*Kind], "default": Kind.IMAGE},
    "visibility": {"type": "string", "enum": [*Visibility], "default": Visibility.PUBLIC},
    "role": {"type": "string", "enum": [*Role], "default": Role.AUTHOR},
    "previous": {"type": "string", "description": "The id of an earlier work of yours that this is a version of."},
    "raster": {
        "type": "string",
        "enum": [*Raster],
        "default": Raster.KEEP,
        "description": "Whether its canonical raster is kept, encrypted, for fingerprint schemes to come.",
    },
    "original": {
        "type": "string",
        "enum": [*Original],
        "default": Original.DISCARD,
        "description": "Whether the file itself is kept, encrypted.",
    },
}


async def _upload(request: Request, _: MayRegister) -> AsyncIterator[Upload]:
    async with open_upload(request, frozenset(_FIELDS)) as upload:
        yield upload


@router.post(
    "",
    status_code=201,
    response_model=RegisteredOut,
    responses={
        200: {"description": "It was there already", "model": RegisteredOut},
        **problems(401, 403, 409, 413, 415, 422, 503),
    },
    openapi_extra=multipart(_FIELDS),
)
def register(
    caller: MayRegister, upload: Annotated[Upload, Depends(_upload)], registry: Running, response: Response
) -> RegisteredOut:
    """Registers a picture, and answers with a signed receipt once it is committed. Safe to repeat."""
    registered = registry.registering.register(upload.read(), _description(upload), caller.account, _keeping(upload))
    response.status_code = 201 if registered.new else 200
    response.headers["Location"] = f"/v1/works/{registered.work.id}"
    return registered_out(registry, registered, viewer_of(caller))


@router.get("", responses=problems(401, 403, 422))
def list_works(
    caller: MayRegister,
    registry: Running,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
) -> PageOut:
    """One's own works, in the order of the log; an admin's key sees all."""
    account = None if caller.is_admin else caller.account.id
    works = registry.catalogue.page(account=account, after=_after(cursor), limit=limit + 1)
    page = works[:limit]
    following = f"w{page[-1].index:x}" if len(works) > limit else None
    return PageOut(works=works_out(registry, page, viewer_of(caller)), next=following)


@router.get("/{work}", responses=problems(401, 404))
def show_work(work: str, caller: Keyed, registry: Running) -> WorkOut:
    """A public work, or a private one of one's own, with its sightings."""
    viewer = viewer_of(caller)
    found = known_work(registry, work, viewer)
    shown = work_out(registry, found, viewer)
    if found.description.visibility is Visibility.PUBLIC:
        return shown
    sightings = [
        SightingOut(decision=one.decision, seen=rfc3339(one.seen)) for one in registry.catalogue.sightings(found.id)
    ]
    return shown.model_copy(update={"sightings": sightings})


def known_work(registry: Registry, name: str, viewer: Viewer) -> Work:
    """The work of this name, if the viewer may know of it; otherwise it is as if it weren't there."""
    found = registry.catalogue.work(WorkId(name)) if is_id(name) else None
    if found is None or not found.known_to(viewer):
        raise NotFound("work", name[:40])
    return found


def _description(upload: Upload) -> Description:
    previous = upload.field("previous", longest=40)
    return Description(
        title=upload.fields.get("title") or upload.stem[:MAX_TITLE],
        kind=_choice(upload, "kind", Kind.IMAGE),
        visibility=_choice(upload, "visibility", Visibility.PUBLIC),
        role=_choice(upload, "role", Role.AUTHOR),
        previous=None if previous is None else WorkId(previous),
    )


def _keeping(upload: Upload) -> Keeping:
    return Keeping(
        raster=_choice(upload, "raster", Raster.KEEP) is Raster.KEEP,
        original=_choice(upload, "original", Original.DISCARD) is Original.KEEP,
    )


def _choice(upload: Upload, name: str, usual: Choice) -> Choice:
    value = upload.fields.get(name)
    try:
        return usual if not value else type(usual)(value)
    except ValueError:
        known = ", ".join(type(usual))
        raise InvalidInput(f"`{name}` is one of: {known}.", field=name) from None


def _after(cursor: str | None) -> int:
    if cursor is None:
        return -1
    found = _CURSOR.fullmatch(cursor)
    if found is None or int(found[1], 16) >= 1 << 63:
        raise InvalidInput("This cursor is none that we gave.", field="cursor", remedy="Use `next` of the page before.")
    return int(found[1], 16)
