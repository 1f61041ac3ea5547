"""`originmark log`: the public log written out, audited against its chain, and witnessed."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from registry.assemble import known_log, open_registry
from registry.audit import Honest, audit
from registry.chains import open_json_rpc
from registry.cli.files import write_file
from registry.cli.output import DONE, NEGATIVE, Json, answers, notes, print_json, stamp, when
from registry.cli.progress import bars
from registry.clock import system_clock
from registry.errors import InvalidInput
from registry.keyring import open_witness_key
from registry.log.cosignature import COSIGNATURE
from registry.log.lies import Lie
from registry.log.note import verifier_key
from registry.log.public import PublicLog, open_prefix, parse_log_id
from registry.proof.statement import SALT_BYTES
from registry.settings import Settings
from registry.witness import Cosigned, Witness

Place = Annotated[
    str, typer.Argument(metavar="URL|DIR", help="The log's prefix, https://…/log for a server, or an export's folder.")
]
Expected = Annotated[
    str | None, typer.Option("--registry", help="The registry you expect: its log's id.", show_default="this one")
]


def add_to(app: typer.Typer) -> None:
    """Adds the commands."""
    group = typer.Typer(no_args_is_help=True, help="The public log, which anybody may copy, audit and witness.")
    group.command("export")(export)
    group.command("audit")(audit_log)
    group.command("witness")(witness)
    app.add_typer(group, name="log")


def export(
    context: typer.Context,
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write it; made if it isn't there.")],
    as_json: Json = False,
) -> int:
    """Write the public log as static files (C2SP tlog-tiles) up to its newest anchored checkpoint; only what is new."""
    settings: Settings = context.obj
    with open_registry(settings) as registry, bars(hidden=as_json) as progress:
        done = registry.exporting.export(directory, partial(progress, "tiles"))
    size, root = done.checkpoint.size, done.checkpoint.root
    if as_json:
        print_json(
            {
                "path": str(directory),
                "size": size,
                "root": root.hex(),
                "before": done.before,
                "written": done.files,
                "anchors": done.anchors,
            }
        )
    else:
        answers.print(
            f"{escape(str(directory))}: {size:,} entries, {size - done.before:,} of them new; "
            f"{done.files:,} files written"
        )
    return DONE


def audit_log(
    context: typer.Context,
    place: Place,
    registry: Expected = None,
    rpc: Annotated[
        str | None, typer.Option(help="A JSON-RPC endpoint you trust for the chain.", show_default="this registry's")
    ] = None,
    from_block: Annotated[int, typer.Option(min=0, help="A block before the log was opened, to search from.")] = 0,
    as_json: Json = False,
) -> int:
    """Audit a public log: every checkpoint on its chain against its entries, and the first lie if there is one."""
    settings: Settings = context.obj
    log = _expected(settings, registry)
    with (
        open_prefix(place) as prefix,
        open_json_rpc(settings, rpc) as request,
        bars(hidden=as_json) as progress,
    ):
        found = audit(
            PublicLog(prefix),
            request,
            log,
            first_block=from_block,
            progress=progress,
        )
    if as_json:
        print_json(_as_json(found))
    elif isinstance(found, Lie):
        answers.print("[bold red]a lie[/]  ", end="")
        answers.print(f"{found.says}.", markup=False)
    else:
        trust = "; local chain: no independent trust" if found.local else ""
        answers.print(
            f"[bold green]honest[/]  checkpoints: {found.checkpoints:,}, writers: {found.writers:,}, "
            f"up to block {found.block:,} of chain {found.chain_id}"
            f"{trust}"
        )
        answers.print(
            f"{found.head.size:,} entries, root {found.head.root.hex()}; {found.unanchored:,} not anchored yet"
        )
    return NEGATIVE if isinstance(found, Lie) else DONE


def witness(
    context: typer.Context,
    place: Place,
    key: Annotated[Path, typer.Option(help="The witness's own key; made if it isn't there.")],
    state: Annotated[
        Path | None, typer.Option(help="Where it remembers this log.", show_default="beside the key, one for each log")
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="The witness's name under notes.", show_default="made of its key")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Where to write the note.", show_default="standard output")
    ] = None,
    registry: Expected = None,
    as_json: Json = False,
) -> int:
    """Cosign a log's newest checkpoint, if it goes on from the last one seen (C2SP tlog-cosignature)."""
    settings: Settings = context.obj
    log = _expected(settings, registry)
    signer = open_witness_key(key)
    public = signer.public_key().public_bytes_raw()
    made = Witness(
        name=name or f"originmark.witness/{public.hex()[:16]}",
        key=signer,
        state=state or key.with_name(f"{key.name}.{log.hex()[:16]}.note"),
        clock=system_clock,
    )
    vkey = verifier_key(made.name, public, COSIGNATURE)
    with open_prefix(place) as prefix:
        found = made.witness(PublicLog(prefix), log)
    if not isinstance(found, Cosigned):
        if as_json:
            print_json(
                {
                    "cosigned": False,
                    "why": found.why,
                    "says": found.says,
                    "seen": {"size": found.seen.size, "root": found.seen.root.hex()},
                    "shown": {"size": found.shown.size, "root": found.shown.root.hex()},
                    "evidence": str(found.evidence),
                }
            )
        else:
            answers.print(f"[bold red]not cosigned[/]  {found.why}: {found.says}.")
            answers.print(f"Both notes are kept in {escape(str(found.evidence))}.")
        return NEGATIVE
    if output is not None:
        write_file(output, found.note.encode())
    before = None if found.before is None else found.before.size
    if as_json:
        print_json(
            {
                "cosigned": True,
                "size": found.checkpoint.size,
                "root": found.checkpoint.root.hex(),
                "before": before,
                "time": stamp(found.time),
                "verifier": vkey,
                "note": found.note,
            }
        )
        return DONE
    if output is None:
        answers.print(found.note, end="", markup=False)
    since = "the first that this witness saw" if before is None else f"which goes on from {before:,}"
    notes.print(f"[green]cosigned[/] {found.checkpoint.size:,} entries, {since}, at {when(found.time)}; key {vkey}")
    return DONE


def _expected(settings: Settings, registry: str | None) -> bytes:
    """The log's id that is expected; a log that may be anybody's can't be held to anything."""
    log = known_log(settings) if registry is None else parse_log_id(registry)
    if log is None:
        raise InvalidInput(
            "There is no registry here, so say which one you expect.",
            field="registry",
            remedy=f"Name its id with --registry: {2 * SALT_BYTES} hex digits, from a place you trust.",
        )
    return log


def _as_json(found: Honest | Lie) -> dict[str, object]:
    if isinstance(found, Lie):
        return {
            "honest": False,
            "kind": found.kind,
            "says": found.says,
            "entries": None if found.first is None else [found.first, found.last],
            "checkpoint": found.size,
            "block": found.block,
        }
    return {
        "honest": True,
        "size": found.head.size,
        "root": found.head.root.hex(),
        "checkpoints": found.checkpoints,
        "writers": found.writers,
        "unanchored": found.unanchored,
        "chain": found.chain_id,
        "block": found.block,
        "independent": not found.local,
    }
