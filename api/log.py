"""`/log`: what anybody needs to watch this registry, without a key.

Checkpoints, tiles and bundles are as C2SP has them, so that its tools read them; proofs and the registry's own facts
are JSON. A process that only serves knows of a new checkpoint from the database, and brings its tree up to it before it
answers.
"""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field
from starlette.responses import PlainTextResponse

from api.callers import Running
from api.wire import Time, Wire, problems, rfc3339
from registry.assemble import Registry
from registry.errors import NotFound
from registry.log.head import origin_of, signed_head
from registry.log.log import Log
from registry.log.names import TILE_WIDTH, BundleName, parse_name
from registry.log.note import verifier_key
from registry.proof.certificate import Checkpoint
from registry.store.ledger import Anchored

router = APIRouter(prefix="/log", tags=["log"])

LOCAL = "local chain: no independent trust"
"""What every surface says of the embedded chain."""

FOR_EVER = "public, max-age=31536000, immutable"
FOR_A_MOMENT = "public, max-age=5"
_MAX_SIZE = (1 << 63) - 1

Size = Annotated[int, Query(ge=0, le=_MAX_SIZE)]


class ChainOut(Wire):
    """The chain that the log is anchored on."""

    id: int
    kind: str = Field(description="`embedded` or `evm`.")
    trust: str = Field(description="What an anchor on it is worth.")
    genesis: str
    contract: str
    writer: str
    rpc: str | None = Field(description="Where the embedded chain can be read.")


class AnchorOut(Wire):
    """Where a checkpoint stands on the chain."""

    transaction: str
    block: int
    block_hash: str
    time: Time = Field(description="As the producer of the block has it.")


class CheckpointOut(Wire):
    """The newest anchored state of the log."""

    size: int
    root: str
    anchor: AnchorOut


class LogOut(Wire):
    """Which log this is, and how far it has come. Compare `log` with what its operator published elsewhere."""

    log: str
    origin: str = Field(description="The first line of its checkpoints.")
    verifier: str = Field(description="The key that signs its checkpoints, as C2SP writes it.")
    genesis: str = Field(description="The statement at entry 0; `log` and all trust follow from it.")
    chain: ChainOut
    size: int
    checkpoint: CheckpointOut | None


class InclusionOut(Wire):
    """`entry` stands at `index` of the tree of `size` entries; the path of RFC 6962 gives `root`."""

    index: int
    size: int
    entry: str
    path: list[str]
    root: str


class ConsistencyOut(Wire):
    """The tree of `from` entries is the beginning of that of `to`, by the path of RFC 6962."""

    old_size: int = Field(serialization_alias="from")
    size: int = Field(serialization_alias="to")
    old_root: str = Field(serialization_alias="from_root")
    root: str = Field(serialization_alias="to_root")
    path: list[str]


@router.get("")
def about(registry: Running, response: Response) -> LogOut:
    """Which registry this is."""
    anchored = registry.ledger.last_anchored()
    response.headers["Cache-Control"] = FOR_A_MOMENT
    origin = origin_of(registry.identity.log)
    return LogOut(
        log=registry.identity.log.hex(),
        origin=origin,
        verifier=verifier_key(origin, registry.keyring.registry_public),
        genesis=registry.identity.statement.decode(),
        chain=_chain(registry),
        size=registry.ledger.size(),
        checkpoint=None if anchored is None else _checkpoint(anchored),
    )


@router.get("/genesis.json", response_class=Response)
def genesis(registry: Running) -> Response:
    """The genesis statement's bytes: the log's id is a hash over what it says, and its own hash is entry 0."""
    return Response(registry.identity.statement, media_type="application/json", headers={"Cache-Control": FOR_EVER})


@router.get("/checkpoint", response_class=PlainTextResponse, responses=problems(404))
def checkpoint(registry: Running) -> Response:
    """The newest anchored checkpoint, as a note signed with the registry's key (C2SP tlog-checkpoint, signed-note)."""
    anchored = registry.ledger.last_anchored()
    if anchored is None:
        raise NotFound("checkpoint", "newest", remedy="The first one is made soon after the first work was registered.")
    note = signed_head(
        registry.identity.log, anchored.checkpoint, registry.keyring.registry_public, registry.keyring.signer.sign
    )
    return PlainTextResponse(note, headers={"Cache-Control": FOR_A_MOMENT})


@router.get("/tile/{path:path}", response_class=Response, responses=problems(404, 422))
def tile(path: str, registry: Running) -> Response:
    """A tile of the tree, or a bundle of entries (C2SP tlog-tiles)."""
    name = parse_name(f"tile/{path}")
    log = _grown(registry)
    found = (
        log.entry_bundle(name.index, name.width)
        if isinstance(name, BundleName)
        else log.tile(name.level, name.index, name.width)
    )
    # What a name stands for never changes. But whoever has a partial tile will want the full one, and no cache should
    # fill up with the others.
    lasting = FOR_EVER if name.width == TILE_WIDTH else FOR_A_MOMENT
    return Response(found, media_type="application/octet-stream", headers={"Cache-Control": lasting})


@router.get("/proof/inclusion", responses=problems(422))
def inclusion(registry: Running, index: Size, size: Size, response: Response) -> InclusionOut:
    """The proof that an entry stands in the log's first `size`, up to the newest checkpoint."""
    log = _grown(registry)
    path = log.inclusion(index, size)
    response.headers["Cache-Control"] = FOR_EVER
    return InclusionOut(
        index=index,
        size=size,
        entry=registry.ledger.entries(index, index + 1)[0].hex(),
        path=[node.hex() for node in path],
        root=log.root(size).hex(),
    )


@router.get("/proof/consistency", responses=problems(422))
def consistency(
    registry: Running,
    old_size: Annotated[Size, Query(alias="from")],
    size: Annotated[Size, Query(alias="to")],
    response: Response,
) -> ConsistencyOut:
    """The proof that the log's first `from` entries are unchanged in its first `to`."""
    log = _grown(registry)
    path = log.consistency(old_size, size)
    response.headers["Cache-Control"] = FOR_EVER
    return ConsistencyOut(
        old_size=old_size,
        size=size,
        old_root=log.root(old_size).hex(),
        root=log.root(size).hex(),
        path=[node.hex() for node in path],
    )


def _grown(registry: Registry) -> Log:
    """The log, up to the newest checkpoint that anybody made."""
    newest: Checkpoint | None = registry.ledger.last_checkpoint()
    if newest is not None and registry.log.size < newest.size:
        registry.log.extend(newest.size, expected=newest.root)
    return registry.log


def _chain(registry: Registry) -> ChainOut:
    genesis = registry.identity.genesis
    embedded = registry.endpoint is not None
    return ChainOut(
        id=genesis.chain_id,
        kind="embedded" if embedded else "evm",
        trust=LOCAL if embedded else "as the chain's own consensus",
        genesis=genesis.chain_genesis.hex(),
        contract=genesis.contract.hex(),
        writer=genesis.writer.hex(),
        rpc="/rpc" if embedded else None,
    )


def _checkpoint(anchored: Anchored) -> CheckpointOut:
    anchor = anchored.anchor
    return CheckpointOut(
        size=anchored.checkpoint.size,
        root=anchored.checkpoint.root.hex(),
        anchor=AnchorOut(
            transaction=anchor.transaction.hex(),
            block=anchor.block_number,
            block_hash=anchor.block_hash.hex(),
            time=rfc3339(anchor.block_time),
        ),
    )
