"""`originmark refingerprint`: old works are brought to the fingerprint schemes of today."""

import typer

from registry.assemble import open_registry
from registry.cli.output import DONE, ERROR, Json, answers, error_json, notes, print_json, told
from registry.cli.progress import bars
from registry.settings import Settings


def add_to(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(refingerprint)


def refingerprint(context: typer.Context, as_json: Json = False) -> int:
    """Bring old works to the fingerprint schemes of today, from the rasters kept of them. Safe to interrupt and repeat.

    Until then they match by their exact bytes only.
    """
    settings: Settings = context.obj
    failed = done = 0
    with open_registry(settings) as registry:
        before = registry.refingerprinting.outstanding()
        with bars(hidden=as_json) as progress:
            for work, error in registry.refingerprinting.run():
                done, failed = done + (error is None), failed + (error is not None)
                if error is not None and as_json:
                    print_json({"work": work.id, "status": "failed", **error_json(error)})
                elif error is not None:
                    notes.print(f"[red]✗[/] {work.id}  ", end="")
                    notes.print(told(error), markup=False)
                progress("refingerprinting", done + failed, before.works - before.without_raster)
    if as_json:
        print_json({"summary": {"done": done, "failed": failed, "without_raster": before.without_raster}})
        return ERROR if failed else DONE
    answers.print(f"{done:,} works brought up, {failed:,} failed" if before.works else "Every work is up to date.")
    if before.without_raster:
        notes.print(
            f"[yellow]{before.without_raster:,}[/] keep no raster and match by their exact bytes only; "
            "withdrawing them and registering them again brings them up."
        )
    return ERROR if failed else DONE
