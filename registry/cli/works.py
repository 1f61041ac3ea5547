"""`originmark works`: what is registered."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from registry.assemble import Registry, open_registry
from registry.blobs.safe import Purpose
from registry.certify import Pending
from registry.cli.files import write_file
from registry.cli.output import DONE, Json, answers, notes, print_json, stamp, table, when
from registry.errors import NotFound
from registry.settings import Settings
from registry.works import Work, WorkId

MOST = 1000


def add_to(app: typer.Typer) -> None:
    """Adds the commands."""
    group = typer.Typer(no_args_is_help=True, help="What is registered.")
    group.command("list")(list_works)
    group.command("show")(show)
    group.command("original")(original)
    app.add_typer(group, name="works")


def list_works(
    context: typer.Context,
    as_: Annotated[str | None, typer.Option("--as", help="Only this account's works.")] = None,
    after: Annotated[int, typer.Option(help="Only works after this index of the log.")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="How many at most.")] = 50,
    as_json: Json = False,
) -> int:
    """List works, in the order of the log."""
    settings: Settings = context.obj
    with open_registry(settings) as registry:
        account = None if as_ is None else registry.access.account(as_).id
        page = registry.catalogue.page(account=account, after=after, limit=limit + 1)
        names = registry.access.names({work.account for work in page})
        if as_json:
            for work in page[:limit]:
                print_json(_as_json(work, names[work.account]))
            return DONE
        listing = table("work", "index", "title", "kind", "visibility", "account", "registered")
        for work in page[:limit]:
            description = work.description
            listing.add_row(
                work.id,
                str(work.index),
                escape(description.title) + ("" if work.withdrawn is None else " [yellow]withdrawn[/]"),
                description.kind,
                description.visibility,
                escape(names[work.account]),
                when(work.registered),
            )
        answers.print(listing if page else "No works yet. `originmark register PICTURE` registers the first.")
        if len(page) > limit:
            notes.print(f"[dim]more: --after {page[limit - 1].index}[/]")
    return DONE


def show(
    context: typer.Context, work: Annotated[str, typer.Argument(help="The work's id.")], as_json: Json = False
) -> int:
    """Show a work: what was declared, where it stands in the log, and since when."""
    settings: Settings = context.obj
    with open_registry(settings) as registry:
        found = find_work(registry, work)
        name = registry.access.names({found.account})[found.account]
        proof = registry.certification.certificate(found)
        parts = registry.catalogue.parts([found.id])[found.id]
        facts = {
            **_as_json(found, name),
            "parts": [
                {
                    "number": part.number,
                    "kind": part.kind,
                    "name": part.name,
                    "width": part.width,
                    "height": part.height,
                    "detail": part.detail,
                }
                for part in parts
            ],
            "anchored": None if isinstance(proof, Pending) else stamp(proof.anchor.block_time),
            "block": None if isinstance(proof, Pending) else proof.anchor.block_number,
            "sightings": [
                {"decision": sighting.decision, "seen": stamp(sighting.seen)}
                for sighting in registry.catalogue.sightings(found.id)
            ],
        }
        if as_json:
            print_json(facts)
            return DONE
        listing = table("", "")
        listing.show_header = False
        for label, value in facts.items():
            if label not in ("sightings", "parts"):
                listing.add_row(f"[dim]{label.replace('_', ' ')}[/]", "–" if value is None else escape(str(value)))
        answers.print(listing)
        if len(parts) > 1:
            inner = table("part", "name", "size", "detail")
            for part in parts:
                inner.add_row(part.kind, escape(part.name), f"{part.width} × {part.height}", part.detail)
            answers.print(inner)
        for sighting in facts["sightings"]:
            answers.print(f"[yellow]seen[/] in a stranger's picture on {sighting['seen']}: {sighting['decision']}")
    return DONE


def original(
    context: typer.Context,
    work: Annotated[str, typer.Argument(help="The work's id.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Where to write the file.", dir_okay=False)],
    as_json: Json = False,
) -> int:
    """Get a work's file back, where it was registered with --keep-original."""
    settings: Settings = context.obj
    with open_registry(settings) as registry:
        found = find_work(registry, work)
        if found.original is None:
            raise NotFound("original of work", work, remedy="It was registered without --keep-original.")
        write_file(output, registry.safe.read(found.original, Purpose.ORIGINAL, found.id))
    if as_json:
        print_json({"work": found.id, "path": str(output), "size": found.size, "media_type": found.media_type})
    else:
        answers.print(f"[green]✓[/] {escape(str(output))}  {found.size:,} bytes of {found.media_type}")
    return DONE


def find_work(registry: Registry, work: str) -> Work:
    """The work with this id; raises NotFound."""
    found = registry.catalogue.work(WorkId(work))
    if found is None:
        raise NotFound("work", work, remedy="`originmark works list` shows what there is.")
    return found


def _as_json(work: Work, account: str) -> dict[str, Any]:
    description = work.description
    return {
        "work": work.id,
        "title": description.title,
        "kind": description.kind,
        "visibility": description.visibility,
        "role": description.role,
        "previous": description.previous,
        "account": account,
        "index": work.index,
        "entry": work.entry.hex(),
        "sha256": work.sha256.hex(),
        "size": work.size,
        "media_type": work.media_type,
        "width": work.width,
        "height": work.height,
        "detail": work.detail,
        "raster_kept": work.raster is not None,
        "original_kept": work.original is not None,
        "registered": stamp(work.registered),
        "withdrawn": None if work.withdrawn is None else stamp(work.withdrawn),
    }
