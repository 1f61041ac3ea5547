"""`/v1/works`: registering, looking up and paging."""

import json
import re
from collections.abc import AsyncIterator
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from api.callers import Keyed, MayRegister, Running, viewer_of
from api.uploads import Upload, multipart, open_upload
from api.wire import Time, Wire, WorkInShort, is_id, problems, rfc3339
from registry.accounts import AccountId, Viewer
from registry.assemble import Registry
from registry.errors import InvalidInput, NotFound
from registry.proof.receipt import Receipt, encode_receipt
from registry.register import MAX_TITLE, Registered
from registry.works import Description, Kind, Role, Visibility, Work, WorkId

router = APIRouter(prefix="/v1/works", tags=["works"])

MAX_PAGE = 200
_CURSOR = re.compile(r"w([0-9a-f]{1,16})")
Choice = TypeVar("Choice", bound=StrEnum)


class SightingOut(Wire):
    """Somebody's picture showed this private work; who, isn't kept."""

    decision: str
    seen: Time


class WorkOut(Wire):
    """A registered work."""

    id: str
    title: str
    kind: Kind
    visibility: Visibility
    owner: str = Field(description="The name of the account that declared it.")
    role: Role
    previous: str | None = Field(description="The earlier version, where it isn't secret.")
    sha256: str
    size: int
    media_type: str
    width: int
    height: int
    detail: str = Field(description="`distinct`; or `flat` or `noisy`, and then it matches by its exact bytes only.")
    entry: str
    index: int
    registered: Time
    certificate: str
    thumbnail: str
    sightings: list[SightingOut] | None = Field(description="Of one's own private work, the newest first.")


class ReceiptOut(Wire):
    """The signed receipt. Its fields are what is signed, so times are in seconds since 1970 here."""

    format: str
    log: str
    entry: str
    index: int
    received: int
    anchor_by: int
    key: str
    signature: str

    @classmethod
    def of(cls, receipt: Receipt) -> "ReceiptOut":
        """The receipt as its canonical bytes have it."""
        return cls.model_validate(json.loads(encode_receipt(receipt)))


class SimilarOut(Wire):
    """An earlier work that the new one resembles."""

    work: WorkInShort
    same_bytes: bool
    orientation: str
    pdq: int = Field(description="Differing bits of 256.")
    phash: int = Field(description="Differing bits of 64.")


class RegisteredOut(Wire):
    """A work that stands in the log, with the promise that it will be anchored."""

    new: bool
    work: WorkOut
    receipt: ReceiptOut
    similar: list[SimilarOut]


class PageOut(Wire):
    """Works in the order of the log; `next` is the cursor of the following page."""

    works: list[WorkOut]
    next: str | None


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
    registered = registry.registering.register(upload.read(), _description(upload), caller.account)
    response.status_code = 201 if registered.new else 200
    response.headers["Location"] = f"/v1/works/{registered.work.id}"
    return _registered(registry, registered, viewer_of(caller))


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
    return PageOut(works=_works(registry, page, viewer_of(caller)), next=following)


@router.get("/{work}", responses=problems(401, 404))
def show_work(work: str, caller: Keyed, registry: Running) -> WorkOut:
    """A public work, or a private one of one's own, with its sightings."""
    viewer = viewer_of(caller)
    found = known_work(registry, work, viewer)
    shown = _works(registry, [found], viewer)[0]
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


def _registered(registry: Registry, registered: Registered, viewer: Viewer) -> RegisteredOut:
    owners = registry.access.names({one.work.account for one in registered.similar})
    return RegisteredOut(
        new=registered.new,
        work=_works(registry, [registered.work], viewer)[0],
        receipt=ReceiptOut.of(registered.receipt),
        similar=[
            SimilarOut(
                work=WorkInShort.of(one.work, owners[one.work.account]),
                same_bytes=one.same_bytes,
                orientation=one.orientation,
                pdq=one.pdq,
                phash=one.phash,
            )
            for one in registered.similar
        ],
    )


def _works(registry: Registry, works: list[Work], viewer: Viewer) -> list[WorkOut]:
    owners: dict[AccountId, str] = registry.access.names({work.account for work in works})
    earlier = registry.catalogue.many({work.description.previous for work in works if work.description.previous})
    return [_work(work, owners[work.account], earlier, viewer) for work in works]


def _work(work: Work, owner: str, earlier: dict[WorkId, Work], viewer: Viewer) -> WorkOut:
    said = work.description
    previous = None if said.previous is None else earlier.get(said.previous)
    return WorkOut(
        id=work.id,
        title=said.title,
        kind=said.kind,
        visibility=said.visibility,
        owner=owner,
        role=said.role,
        previous=previous.id if previous is not None and previous.known_to(viewer) else None,
        sha256=work.sha256.hex(),
        size=work.size,
        media_type=work.media_type,
        width=work.width,
        height=work.height,
        detail=work.detail,
        entry=work.entry.hex(),
        index=work.index,
        registered=rfc3339(work.registered),
        certificate=f"/v1/works/{work.id}/certificate",
        thumbnail=f"/v1/works/{work.id}/thumbnail",
        sightings=None,
    )
