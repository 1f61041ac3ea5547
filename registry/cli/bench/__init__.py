"""`originmark bench`: measuring on one's own pictures.

command.py       what `originmark bench matching` performs
attacks/         what thieves do to pictures
subjects.py      the pictures; labels.py and kin.py know which of them belong together
matcher.py       what can be measured; ours.py, baselines.py and matchers.py are that
running.py       the run, in processes that do what asking.py says
figures.py       recall at equal false-match rates; cost.py is the price, by what timing.py does
telling.py       tables and JSON; page/ the HTML page
"""

from pathlib import Path
from typing import Annotated

import typer

from registry.cli.output import Json


def add_to(app: typer.Typer) -> None:
    """Adds the commands."""
    group = typer.Typer(no_args_is_help=True, help="Measure on your own pictures.")
    group.command("matching")(matching)
    app.add_typer(group, name="bench")


def matching(
    works: Annotated[
        list[Path],
        typer.Option(help="A folder of pictures to register, in memory; may be given more than once.", file_okay=False),
    ],
    strangers: Annotated[
        list[Path] | None,
        typer.Option(help="A folder of pictures that are no copies; may be given more than once.", file_okay=False),
    ] = None,
    attacked: Annotated[int, typer.Option(min=1, help="How many works of each folder are attacked.")] = 100,
    rates: Annotated[
        str, typer.Option(help="False-match rates to measure at, shares of all pairs, with commas between.")
    ] = "1e-6,1e-5,1e-4",
    same_object: Annotated[
        Path | None,
        typer.Option(
            help="Pairs that show the same object, to be counted apart: lines of file, file, reason, between tabs.",
            dir_okay=False,
        ),
    ] = None,
    seed: Annotated[str, typer.Option(help="Another seed chooses other works and other dice.")] = "",
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes to work in.", show_default="one for each processor")
    ] = None,
    crowd: Annotated[
        int,
        typer.Option(min=0, help="Fill the index up to so many works before costs are measured, with altered ones."),
    ] = 0,
    html: Annotated[Path | None, typer.Option(help="A page to write, with plots.", dir_okay=False)] = None,
    as_json: Json = False,
) -> int:
    """Measure how many copies matching finds: works are attacked in 55 ways, and strangers asked about.

    Nothing is registered, and nothing leaves the machine. Equal options give equal figures; only costs differ.
    """
    from registry.cli.bench.command import Asked, perform  # noqa: PLC0415 - no other command should import what measures

    asked = Asked(
        works=tuple(works),
        strangers=tuple(strangers or ()),
        attacked=attacked,
        rates=rates,
        same_object=same_object,
        seed=seed,
        workers=workers,
        crowd=crowd,
        html=html,
    )
    return perform(asked, as_json=as_json)
