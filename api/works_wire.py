"""Works, their parts and receipts as they go over the wire."""

import json

from pydantic import Field

from api.wire import Time, Wire, WorkInShort, rfc3339
from registry.accounts import AccountId, Viewer
from registry.assemble import Registry
from registry.proof.receipt import Receipt, encode_receipt
from registry.register import Registered
from registry.works import Kind, Part, PartKind, Role, Visibility, Work, WorkId


class SightingOut(Wire):
    """Somebody's picture showed this private work; who, isn't kept."""

    decision: str
    seen: Time


class PartOut(Wire):
    """One of a work's pictures: the whole, a page, an artboard, a layer, a picture set into a page."""

    number: int
    kind: PartKind
    name: str
    label: str = Field(description="How to speak of it: `page 7`; empty for the whole.")
    width: int
    height: int
    detail: str
    thumbnail: str

    @classmethod
    def of(cls, work: WorkId, part: Part) -> "PartOut":
        """The wire's view of a part."""
        return cls(
            number=part.number,
            kind=part.kind,
            name=part.name,
            label=part.label,
            width=part.width,
            height=part.height,
            detail=part.detail,
            thumbnail=f"/v1/works/{work}/parts/{part.number}/thumbnail",
        )


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
    detail: str = Field(
        description="`distinct`; or `flat`, `noisy` or `common`, and then it matches by its exact bytes only."
    )
    raster_kept: bool = Field(description="Whether its canonical raster is kept, for fingerprint schemes to come.")
    original_kept: bool
    entry: str
    index: int
    registered: Time
    withdrawn: Time | None = Field(description="Since when it isn't matched any more.")
    certificate: str
    thumbnail: str
    parts: list[PartOut] | None = Field(description="Of a work looked at by itself: its pages, layers, pictures.")
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


def registered_out(registry: Registry, registered: Registered, viewer: Viewer) -> RegisteredOut:
    """What registering answers with."""
    owners = registry.access.names({one.work.account for one in registered.similar})
    return RegisteredOut(
        new=registered.new,
        work=work_out(registry, registered.work, viewer),
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


def work_out(registry: Registry, work: Work, viewer: Viewer) -> WorkOut:
    """A work by itself, with its parts."""
    parts = registry.catalogue.parts([work.id]).get(work.id, [])
    (out,) = works_out(registry, [work], viewer)
    return out.model_copy(update={"parts": [PartOut.of(work.id, part) for part in parts]})


def works_out(registry: Registry, works: list[Work], viewer: Viewer) -> list[WorkOut]:
    """Works among others, without their parts."""
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
        raster_kept=work.raster is not None,
        original_kept=work.original is not None,
        entry=work.entry.hex(),
        index=work.index,
        registered=rfc3339(work.registered),
        withdrawn=None if work.withdrawn is None else rfc3339(work.withdrawn),
        certificate=f"/v1/works/{work.id}/certificate",
        thumbnail=f"/v1/works/{work.id}/thumbnail",
        parts=None,
        sightings=None,
    )
