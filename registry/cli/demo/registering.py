"""The first part: a dozen works are registered, and one transaction anchors them all."""

from collections.abc import Callable, Iterator
from functools import partial

from registry.cli.demo.art.artworks import Artwork, png
from registry.cli.demo.cast import DOZEN, Cast
from registry.cli.demo.rows import Came, Expectation, Part
from registry.errors import LedgerError
from registry.ledger.reader import JsonRpc, embedded_json_rpc
from registry.proof.receipt import check_receipt
from registry.proof.statement import Claim, parse_statement
from registry.register import Registered
from registry.store.ledger import Anchored
from registry.works import Description, Detail

DEAREST_CHECKPOINT = 30_000
"""The most gas that a checkpoint costs, whatever the number of works."""


def registering(cast: Cast) -> Iterator[Expectation]:
    """What is expected of registering and anchoring the dozen."""
    yield _expect("12 works by two claimants", "12 receipts", partial(_register_all, cast))
    yield _expect("one of them handed in again", "same work", partial(_register_again, cast, "Herbarium"))
    yield _expect("Regatta, a version of Swell", "in its claim", partial(_names_earlier, cast, "Regatta"))
    yield _expect("all of them anchored at once", "1 transaction", partial(_anchor, cast))


def embedded_chain(cast: Cast) -> JsonRpc:
    """The chain of the cast's registry, to ask."""
    if cast.registry.endpoint is None:
        raise LedgerError("The demo needs an embedded chain.")
    return embedded_json_rpc(cast.registry.endpoint)


def gas_used(chain: JsonRpc, transaction: bytes) -> int:
    """What a mined transaction cost."""
    return int(chain("eth_getTransactionReceipt", [f"0x{transaction.hex()}"])["gasUsed"], 16)


def _expect(what: str, expected: str, act: Callable[[], Came]) -> Expectation:
    return Expectation(Part.REGISTERED, what, expected, act)


def _register_all(cast: Cast) -> Came:
    registered = []
    for artwork in cast.pictures.dozen:
        cast.files[artwork.title] = png(artwork.picture)
        one = _register(cast, artwork)
        cast.works[artwork.title] = one.work
        registered.append(one)
    key = cast.registry.identity.genesis.registry_key
    signed = sum(one.new and check_receipt(one.receipt, key) for one in registered)
    distinct = sum(one.work.detail is Detail.DISTINCT and not one.similar for one in registered)
    return Came(f"{signed} receipts, {distinct} distinct works", holds=signed == distinct == len(registered) == 12)


def _register(cast: Cast, artwork: Artwork) -> Registered:
    declared = DOZEN[artwork.title]
    description = Description(
        title=artwork.title,
        kind=declared.kind,
        visibility=declared.visibility,
        previous=None if declared.previous is None else cast.work(declared.previous).id,
    )
    account = cast.accounts[declared.claimant]
    return cast.registry.registering.register(cast.files[artwork.title], description, account)


def _register_again(cast: Cast, title: str) -> Came:
    before, again = cast.work(title), _register(cast, cast.drawn(title))
    same = again.work.id == before.id and not again.new
    return Came(f"the same work, entry {again.work.index}" if same else f"a new work, {again.work.id}", holds=same)


def _names_earlier(cast: Cast, title: str) -> Came:
    kept, earlier = cast.registry.catalogue.claim(cast.work(title).id), DOZEN[title].previous
    claim = None if kept is None else parse_statement(kept.statement)
    holds = isinstance(claim, Claim) and earlier is not None and claim.previous == cast.work(earlier).entry
    return Came(f"the claim names {earlier}'s entry" if holds else "the claim doesn't say so", holds=holds)


def _anchor(cast: Cast) -> Came:
    anchored: list[Anchored] = []
    with cast.registry.anchoring() as anchoring:
        # The embedded chain makes a block for each transaction, so a step is over when it's mined.
        anchored += anchoring.step(flush=True)
    if not anchored:
        return Came("nothing was anchored", holds=False)
    checkpoint, anchor = anchored[-1].checkpoint, anchored[-1].anchor
    gas = gas_used(embedded_chain(cast), anchor.transaction)
    everything = checkpoint.size == cast.registry.ledger.size() == len(cast.works) + 1
    return Came(
        f"{len(cast.works)} works in block {anchor.block_number} for {gas:,} gas",
        holds=everything and len(anchored) == 1 and gas <= DEAREST_CHECKPOINT,
    )
