"""`/livez` and `/readyz`: is the process there, and can it do its work.

Not ready means that a request would fail now: 503, so that a load balancer asks elsewhere. Late anchoring is told and
keeps nobody away: registering and checking go on, until the promise that receipts carry is broken.
"""

import logging
from collections.abc import Callable
from enum import StrEnum

from fastapi import APIRouter, Response
from sqlalchemy.exc import SQLAlchemyError

from api.callers import Running
from api.wire import Wire
from registry.assemble import Registry
from registry.errors import BlobMissing, MalformedMedia, OriginmarkError
from registry.log.promise import PROMISE
from registry.standing import Ahead, Level, Unknown

router = APIRouter(tags=["health"])
LOG = logging.getLogger("originmark.api")

PATIENCE = 2
"""Seconds that a free worker is waited for."""

LATE_FACTOR = 3
LATE_SECONDS = 60
"""Anchoring is late when the oldest entry has waited for so many times the usual, and so long on top of it."""


class State(StrEnum):
    """How a part of the server is."""

    OK = "ok"
    DEGRADED = "degraded"
    FAILED = "failed"


class PartOut(Wire):
    """One part, and what is wrong with it."""

    state: State
    told: str


class ReadyOut(Wire):
    """The gravest of the parts' states, and the parts."""

    state: State
    parts: dict[str, PartOut]


@router.get("/livez")
async def livez() -> dict[str, str]:
    """The process answers. Nothing else is asked, so that a full queue doesn't get a working server killed."""
    return {"state": State.OK}


@router.get("/readyz", responses={503: {"description": "A part failed", "model": ReadyOut}})
def readyz(registry: Running, response: Response) -> ReadyOut:
    """Whether a work could be registered and a picture checked now."""
    parts = {
        "database": _ask(_database, registry),
        "index": _ask(_index, registry),
        "blobs": _ask(_blobs, registry),
        "sandbox": _ask(_sandbox, registry),
        "anchoring": _ask(_anchoring, registry),
        "chain": _ask(_chain, registry),
        "registering": _ask(_registering, registry),
    }
    gravest = max((part.state for part in parts.values()), key=list(State).index)
    response.status_code = 503 if gravest is State.FAILED else 200
    response.headers["Cache-Control"] = "no-store"
    return ReadyOut(state=gravest, parts=parts)


def _ask(question: Callable[[Registry], PartOut], registry: Registry) -> PartOut:
    try:
        return question(registry)
    except (OriginmarkError, SQLAlchemyError) as error:
        # What a driver says may name hosts and users: here it's enough which part failed, and the log has the rest.
        LOG.warning("not ready", exc_info=error)
        return PartOut(state=State.FAILED, told=type(error).__name__)


def _database(registry: Registry) -> PartOut:
    return PartOut(state=State.OK, told=f"{registry.ledger.size():,} entries")


def _index(registry: Registry) -> PartOut:
    head = registry.follower.catch_up()
    told = f"{registry.follower.index.position:,} of {head.feed_position:,} events"
    outstanding = registry.refingerprinting.outstanding()
    waiting = outstanding.works - outstanding.without_raster
    if waiting:
        told += f"; {waiting:,} works match by their bytes only: run `originmark refingerprint`"
    return PartOut(state=State.DEGRADED if waiting else State.OK, told=told)


def _blobs(registry: Registry) -> PartOut:
    """Asks for a blob that isn't there: whoever says so would have found one."""
    try:
        registry.safe.store.get("0" * 64)
    except BlobMissing:
        return PartOut(state=State.OK, told="reached")
    return PartOut(state=State.FAILED, told="a blob that nobody stored is there")


def _sandbox(registry: Registry) -> PartOut:
    """Sends an empty file through: a worker that says so works, and it costs next to nothing."""
    try:
        error = registry.desk.look_at_soon(b"").exception(timeout=PATIENCE)
    except TimeoutError:
        return PartOut(state=State.DEGRADED, told=f"no worker is free within {PATIENCE} s")
    if isinstance(error, MalformedMedia):
        confinement = registry.desk.confinement
        by_limits_alone = confinement is None or not confinement.by_the_kernel
        return PartOut(
            state=State.DEGRADED if by_limits_alone else State.OK,
            told=f"{registry.desk.workers} workers; {confinement or 'their confinement is unknown'}",
        )
    return PartOut(state=State.FAILED, told=type(error).__name__)


def _anchoring(registry: Registry) -> PartOut:
    """How long the oldest entry has waited for its anchor."""
    anchored = registry.ledger.last_anchored()
    done = 0 if anchored is None else anchored.checkpoint.size
    received = registry.ledger.received(done)
    if received is None:
        return PartOut(state=State.OK, told="every entry is anchored")
    waited = max(registry.clock() - received, 0)
    told = f"the oldest of {registry.ledger.size() - done:,} entries has waited for {waited:,} s"
    if waited > PROMISE:
        return PartOut(state=State.FAILED, told=told)
    late = waited > LATE_FACTOR * registry.settings.checkpoint_wait + LATE_SECONDS
    return PartOut(state=State.DEGRADED if late else State.OK, told=told)


def _chain(registry: Registry) -> PartOut:
    """What the worker that anchors met with, when it last looked at the chain."""
    trouble = registry.ledger.trouble()
    if trouble is None:
        return PartOut(state=State.OK, told="as it should be")
    return PartOut(state=State.DEGRADED, told=f"{trouble.told} (for {max(registry.clock() - trouble.since, 0):,} s)")


def _registering(registry: Registry) -> PartOut:
    """Whether the log may grow. A database behind its chain can be read and checked against all the same."""
    match registry.standing.look():
        case Ahead(chain=chain, known=known):
            told = f"read-only: the chain has {chain:,} entries, the database knows {known:,}; run `originmark recover`"
            return PartOut(state=State.DEGRADED, told=told)
        case Level(chain=chain):
            return PartOut(state=State.OK, told=f"the chain has {chain:,} entries, all of them known")
        case Unknown():
            return PartOut(state=State.OK, told="open; the chain gave no answer yet")
