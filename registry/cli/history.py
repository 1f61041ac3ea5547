"""`originmark history`: how a work came to be, sketch to final."""

from typing import Annotated

import typer
from rich.markup import escape
from rich.text import Text
from rich.tree import Tree

from registry.accounts import Viewer
from registry.assemble import open_registry
from registry.cli.output import DONE, Json, answers, print_json, stamp, when
from registry.cli.works import find_work
from registry.settings import Settings
from registry.works import Work, WorkId


def add_to(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(history)


def history(
    context: typer.Context, work: Annotated[str, typer.Argument(help="The work's id.")], as_json: Json = False
) -> int:
    """Show the versions of a work, sketch to final, each with the time that the chain proves."""
    settings: Settings = context.obj
    with open_registry(settings) as registry:
        asked = find_work(registry, work)
        versions = registry.catalogue.versions(asked, Viewer(account=None, everything=True))
        anchored = {version.id: registry.certification.anchored(version) for version in versions}
        if as_json:
            for version in versions:
                print_json(_as_json(version, anchored[version.id]))
            return DONE
        branches: dict[WorkId | None, Tree] = {}
        for version in versions:
            label = _label(version, anchored[version.id], asked=version.id == asked.id)
            above = branches.get(version.description.previous)
            branches[version.id] = Tree(label) if above is None else above.add(label)
            if above is None:
                branches.setdefault(None, branches[version.id])
        answers.print(branches[None])
    return DONE


def _label(version: Work, anchored: int | None, *, asked: bool) -> Text:
    title = f"[bold]{escape(version.description.title)}[/]" if asked else escape(version.description.title)
    proven = "[yellow]not anchored yet[/]" if anchored is None else f"anchored {when(anchored)}"
    gone = "" if version.withdrawn is None else f"  [yellow]withdrawn {when(version.withdrawn)}[/]"
    return Text.from_markup(f"{title}  [dim]{version.id}[/]  {proven}{gone}")


def _as_json(version: Work, anchored: int | None) -> dict[str, object]:
    return {
        "work": version.id,
        "title": version.description.title,
        "previous": version.description.previous,
        "index": version.index,
        "registered": stamp(version.registered),
        "anchored": None if anchored is None else stamp(anchored),
        "withdrawn": None if version.withdrawn is None else stamp(version.withdrawn),
    }
