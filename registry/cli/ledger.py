"""`originmark ledger`: what anchoring costs, and how long the writer's account will last."""

from dataclasses import dataclass
from typing import Annotated

import typer
from rich.markup import escape

from registry.assemble import Registry, open_registry
from registry.chains import open_chain
from registry.cli.output import DONE, NEGATIVE, Json, answers, notes, print_json, stamp, table
from registry.errors import RpcUnavailable
from registry.proof.chain import ChainUnavailable
from registry.settings import Settings

DAY = 24 * 3600
WINDOW_DAYS = 30
"""Days that the rate is taken over: what was before is another season."""

_ETHER = 10**18
_LONG = 36_525
"""Days: nobody plans beyond."""


@dataclass(frozen=True, slots=True)
class Purse:
    """The writer's account: what it has and what anchoring took, in wei; `days` that it lasts, None where none goes."""

    balance: int
    spent: int
    transactions: int
    per_work: int | None
    per_day: int

    @property
    def days(self) -> float | None:
        """How long it lasts at this rate."""
        return self.balance / self.per_day if self.per_day else None


def add_to(app: typer.Typer) -> None:
    """Adds the commands."""
    group = typer.Typer(no_args_is_help=True, help="The chain: what anchoring costs, and what stands in its way.")
    group.command("status")(status)
    app.add_typer(group, name="ledger")


def status(
    context: typer.Context,
    alarm_days: Annotated[int, typer.Option(min=0, help="Exit with 1 where the account lasts for fewer days.")] = 14,
    as_json: Json = False,
) -> int:
    """Show what anchoring has cost, by work and by day, and how long the writer's account will last."""
    settings: Settings = context.obj
    with open_registry(settings) as registry, open_chain(settings) as chain:
        try:
            balance = chain.balance(registry.identity.genesis.writer)
        except ChainUnavailable as error:
            raise RpcUnavailable(str(error)) from error
        purse, trouble = _purse(registry, balance), registry.ledger.trouble()
        genesis = registry.identity.genesis
    low = purse.days is not None and purse.days < alarm_days
    facts: dict[str, object] = {
        "writer": f"0x{genesis.writer.hex()}",
        "chain": genesis.chain_id,
        "balance": purse.balance,
        "spent": purse.spent,
        "transactions": purse.transactions,
        "per_work": purse.per_work,
        "per_day": purse.per_day,
        "days_left": None if purse.days is None else round(purse.days, 1),
        "low": low,
        "trouble": None if trouble is None else {"told": trouble.told, "since": stamp(trouble.since)},
    }
    if as_json:
        print_json(facts)
        return NEGATIVE if low else DONE
    listing = table("", "")
    listing.show_header = False
    for label, value in facts.items():
        if label in ("balance", "spent", "per_work", "per_day") and isinstance(value, int):
            listing.add_row(f"[dim]{label.replace('_', ' ')}[/]", f"{value / _ETHER:.6g} ether")
        elif label == "days_left" and purse.days is not None and purse.days > _LONG:
            listing.add_row("[dim]days left[/]", "more than a hundred years")
        elif label not in ("low", "trouble"):
            listing.add_row(f"[dim]{label.replace('_', ' ')}[/]", "–" if value is None else escape(str(value)))
    answers.print(listing)
    if trouble is not None:
        notes.print(f"[yellow]{escape(trouble.told)}[/] [dim]since {stamp(trouble.since)}[/]")
    if low:
        notes.print(
            f"[red]The account lasts for less than {alarm_days} days:[/] send funds to 0x{genesis.writer.hex()}."
        )
    return NEGATIVE if low else DONE


def _purse(registry: Registry, balance: int) -> Purse:
    ledger, now = registry.ledger, registry.clock()
    spent, recent = ledger.spending(), ledger.spending(since=now - WINDOW_DAYS * DAY)
    first, works = ledger.received(0), registry.catalogue.count()
    days = WINDOW_DAYS if first is None else min(max((now - first) / DAY, 1), WINDOW_DAYS)
    return Purse(
        balance=balance,
        spent=spent.wei,
        transactions=spent.transactions,
        per_work=spent.wei // works if works else None,
        per_day=int(recent.wei / days),
    )
