"""Anchoring at the end of a command, where no server does it."""

import time
from contextlib import suppress

from registry.assemble import Registry
from registry.cli.output import notes, when
from registry.errors import LedgerHeld, RpcUnavailable

POLL_SECONDS = 1.0
PATIENCE = 600


def anchor_all(registry: Registry, *, quiet: bool) -> None:
    """Anchors everything that is in the log, unless another process is at it; waits until it's mined.

    Raises LedgerError where the chain can't be reached: what is registered stays so, and is anchored by the next run.
    """
    if _done(registry):
        return
    try:
        with registry.anchoring() as anchoring:
            give_up = registry.clock() + PATIENCE
            while not _done(registry):
                for anchored in anchoring.step(flush=True):
                    if not quiet:
                        anchor = anchored.anchor
                        kind = "local chain: no independent trust" if registry.settings.embedded else "chain"
                        notes.print(
                            f"[green]anchored[/] {anchored.checkpoint.size:,} entries in block {anchor.block_number:,} "
                            f"of {when(anchor.block_time)} ({kind} {registry.identity.genesis.chain_id})"
                        )
                if not _done(registry):
                    if registry.clock() > give_up:
                        raise RpcUnavailable(f"The checkpoint was sent and not mined within {PATIENCE} s.")
                    time.sleep(POLL_SECONDS)
        with suppress(RpcUnavailable):  # what is anchored is so; the next run makes the proofs
            registry.proof_keeping()
    except LedgerHeld:
        if not quiet:
            notes.print(
                "[dim]another process of this registry anchors them, "
                f"within about {registry.settings.checkpoint_wait} s[/]"
            )


def _done(registry: Registry) -> bool:
    last = registry.ledger.last_anchored()
    return last is not None and last.checkpoint.size >= registry.ledger.size()
