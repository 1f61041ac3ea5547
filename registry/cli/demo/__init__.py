"""The demo, and the drawings it is played with.

command.py     what `originmark demo` performs; play.py has its parts, screen.py and teller.py what is seen of it
art/           the pictures; tests and benches use them too
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from registry.cli.output import Json


def add_to(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(demo)


def demo(
    context: typer.Context,
    keep: Annotated[
        Path | None,
        typer.Option(
            help="An empty or new folder to keep the pictures, a certificate and the registry in.",
            file_okay=False,
            show_default="nothing is kept",
        ),
    ] = None,
    as_json: Json = False,
) -> int:
    """Show what Originmark does: a dozen artworks drawn, registered, anchored, checked and proved.

    It all happens in a registry and on a chain of its own. Exits with 1 unless everything came as expected.
    """
    from registry.cli.demo.command import perform  # noqa: PLC0415 - no other command should import what draws

    if keep is not None:
        return perform(context.obj, keep, as_json=as_json)
    with TemporaryDirectory(prefix="originmark-demo-") as folder:
        return perform(context.obj, Path(folder), as_json=as_json, kept=False)
