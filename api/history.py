"""`/v1/works/…/history`, `/withdrawal`, and DELETE: how a work came to be, and how it leaves."""

from fastapi import APIRouter, Response
from pydantic import Field

from api.callers import Keyed, MayRegister, Running, viewer_of
from api.wire import Time, Wire, problems, rfc3339
from api.works import known_work
from api.works_wire import ReceiptOut
from registry.accounts import Viewer
from registry.assemble import Registry
from registry.errors import NotFound
from registry.works import Visibility, Work

router = APIRouter(prefix="/v1/works", tags=["works"])


class StepOut(Wire):
    """One version, and since when it provably exists."""

    id: str
    title: str
    previous: str | None
    visibility: Visibility
    registered: Time = Field(description="By the registry's own clock.")
    anchored: Time | None = Field(description="The block's time: what can be proven. None until it's anchored.")
    withdrawn: Time | None
    thumbnail: str


class HistoryOut(Wire):
    """The versions of a work that hang together, sketch to final, in the order of the log."""

    steps: list[StepOut]


class WithdrawalOut(Wire):
    """A withdrawal: its receipt, and the statement that its entry is made of."""

    statement: str = Field(description="Canonical JSON, to be kept as it is: its entry hashes from these bytes.")
    receipt: ReceiptOut


class ErasedOut(Wire):
    """The work is erased."""

    id: str
    forgotten_by: Time = Field(description="By when nothing of it is left in any file.")


@router.get("/{work}/history", responses=problems(401, 404))
def history(work: str, caller: Keyed, registry: Running) -> HistoryOut:
    """The creative process behind a work: its earlier and later versions, as far as the caller may know of them."""
    viewer = viewer_of(caller)
    found = known_work(registry, work, viewer)
    versions = registry.catalogue.versions(found, viewer)
    known = {version.id for version in versions}
    steps = []
    for version in versions:
        said, anchored = version.description, registry.certification.anchored(version)
        steps.append(
            StepOut(
                id=version.id,
                title=said.title,
                previous=said.previous if said.previous in known else None,
                visibility=said.visibility,
                registered=rfc3339(version.registered),
                anchored=None if anchored is None else rfc3339(anchored),
                withdrawn=None if version.withdrawn is None else rfc3339(version.withdrawn),
                thumbnail=f"/v1/works/{version.id}/thumbnail",
            )
        )
    return HistoryOut(steps=steps)


@router.post("/{work}/withdrawal", status_code=201, responses=problems(401, 403, 404, 503))
def withdraw(work: str, caller: MayRegister, registry: Running, response: Response) -> WithdrawalOut:
    """Takes a work of one's own back: it is matched no more, and what was claimed stays provable. Safe to repeat."""
    viewer = viewer_of(caller)
    found = _own_work(registry, work, viewer)
    response.status_code = 201 if found.withdrawn is None else 200
    receipt = registry.withdrawing.withdraw(found.id, None if viewer.everything else viewer.account)
    statement = registry.catalogue.withdrawal(found.id)
    if statement is None:
        raise NotFound("work", work[:40])  # erased since
    return WithdrawalOut(statement=statement.decode(), receipt=ReceiptOut.of(receipt))


@router.delete("/{work}", responses=problems(401, 403, 404, 503))
def erase(work: str, caller: MayRegister, registry: Running) -> ErasedOut:
    """Erases a work of one's own, for good. Certificates that were handed out before stay valid."""
    viewer = viewer_of(caller)
    found = _own_work(registry, work, viewer)
    by = registry.withdrawing.erase(found.id, None if viewer.everything else viewer.account)
    return ErasedOut(id=found.id, forgotten_by=rfc3339(by))


def _own_work(registry: Registry, name: str, viewer: Viewer) -> Work:
    """The work of this name, if it is the viewer's to take away; that of somebody else is as if it weren't there."""
    found = known_work(registry, name, viewer)
    if not viewer.everything and found.account != viewer.account:
        raise NotFound("work", name[:40])
    return found
