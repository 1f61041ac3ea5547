"""`originmark status`: what this registry is, and how far it has come."""

import typer
from rich.markup import escape

from registry.assemble import Registry, open_registry
from registry.chains import VERSION
from registry.cli.output import DONE, Json, answers, print_json, stamp, table, told
from registry.errors import ChainAhead
from registry.settings import Settings
from registry.standing import Ahead, Level, Unknown


def add_to(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(status)


def status(context: typer.Context, as_json: Json = False) -> int:
    """Show what this registry is: its id, its chain, how many works it has, and since when they are anchored."""
    settings: Settings = context.obj
    with open_registry(settings) as registry:
        facts = _facts(registry)
    if as_json:
        print_json(facts)
        return DONE
    listing = table("", "")
    listing.show_header = False
    for label, value in facts.items():
        listing.add_row(f"[dim]{label.replace('_', ' ')}[/]", "–" if value is None else escape(str(value)))
    answers.print(listing)
    return DONE


def _facts(registry: Registry) -> dict[str, object]:
    genesis, size = registry.identity.genesis, registry.ledger.size()
    last, trouble = registry.ledger.last_anchored(), registry.ledger.trouble()
    return {
        "version": VERSION,
        "registry_id": registry.identity.log.hex(),
        "data": str(registry.settings.data_dir),
        "database": "SQLite" if registry.database.sqlite else "PostgreSQL",
        "chain": f"{genesis.chain_id}, embedded (local chain: no independent trust)"
        if registry.settings.embedded
        else str(genesis.chain_id),
        "contract": f"0x{genesis.contract.hex()}",
        "writer": f"0x{genesis.writer.hex()}",
        "works": registry.catalogue.count(),
        "log_size": size,
        "anchored": 0 if last is None else last.checkpoint.size,
        "last_anchor": None if last is None else stamp(last.anchor.block_time),
        "last_block": None if last is None else last.anchor.block_number,
        "finality": None if last is None else last.finality,
        "trouble": None if trouble is None else f"{trouble.told} (since {stamp(trouble.since)})",
        "registering": _registering(registry),
        "anchoring_process": "running"
        if registry.leases.is_held()
        else "none: start `originmark serve` or `originmark worker`",
    }


def _registering(registry: Registry) -> str:
    match registry.standing.ask():
        case Ahead(chain=chain, known=known):
            return told(ChainAhead(chain=chain, known=known))
        case Level():
            return "open"
        case Unknown():
            return "open; the chain gave no answer"
