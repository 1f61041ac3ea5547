"""What the demo shows to a person: the pictures, a table for each part, and what a certificate says."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from registry.cli.demo.art.artworks import Artwork
from registry.cli.demo.cast import DOZEN
from registry.cli.demo.proving import Proved
from registry.cli.demo.rows import Row
from registry.cli.output import when
from registry.works import Kind, Visibility

WIDEST = 100
ACROSS = 6
CELLS = 14
"""A picture of the gallery is so many characters wide and half as many high, since each shows two pixels."""


def gallery(dozen: Sequence[Artwork], *, coloured: bool, width: int) -> RenderableType:
    """The pictures, small, with their titles and what is declared of them; without colours the words alone."""
    across = max(1, min(ACROSS, (width - 2) // (CELLS + 2)))
    made = Table.grid(padding=(0, 2, 0, 0))
    for _ in range(across):
        made.add_column(width=CELLS, no_wrap=True)
    for start in range(0, len(dozen), across):
        row = dozen[start : start + across]
        if coloured:
            made.add_row(*(_in_half_blocks(artwork.picture) for artwork in row))
        made.add_row(*(Text(artwork.title, "bold") for artwork in row))
        made.add_row(*(Text(DOZEN[artwork.title].claimant, "dim") for artwork in row))
        made.add_row(*(Text(_remark(artwork.title), "cyan") for artwork in row))
    return Padding(made, (1, 0, 0, 2))


def part_table(rows: Sequence[Row]) -> RenderableType:
    """The rows of one part."""
    made = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim", expand=True)
    made.add_column("", width=1)
    made.add_column(Text(rows[0].part, "bold cyan"), ratio=1, overflow="fold")
    made.add_column("expected", width=13, no_wrap=True)
    made.add_column("what came", ratio=1, overflow="fold")
    made.add_column("", justify="right", width=6, no_wrap=True)
    for row in rows:
        mark = Text("✓", "green") if row.holds else Text("✗", "bold red")
        came = Text(row.came, "" if row.holds else "bold red")
        made.add_row(mark, row.what, Text(row.expected, "dim"), came, Text(_took(row.seconds), "dim"))
    return Padding(made, (0, 0, 1, 2))


def proof_panel(proved: Proved) -> RenderableType:
    """What one certificate says, in facts and in a plain sentence."""
    moment = when(proved.block_time)
    works = proved.size - 1
    facts = Table.grid(padding=(0, 2, 0, 0))
    facts.add_column()
    facts.add_column(overflow="fold")
    for label, value in (
        ("file", f"SHA-256 {proved.sha256.hex()}"),
        ("log", proved.log.hex()),
        ("entry", f"{proved.index} in a log of {proved.size}; 0 is the registry's own"),
        ("transaction", f"0x{proved.transaction.hex()}"),
        ("block", f"{proved.block} of chain {proved.chain_id}, {moment}"),
        ("gas", f"{proved.gas:,} for all {works} works; about the same for a million"),
    ):
        facts.add_row(Text(label, "dim"), value)
    meaning = Text.assemble(
        "These bytes existed no later than ",
        (moment, "bold"),
        f", as the producer of that block states, and {proved.claimant} declared them. It doesn't say who owns them.",
    )
    trust = Text.assemble(
        ("local chain: no independent trust.", "yellow"),
        " The demo made this block itself. A chain that others keep is one setting away: ORIGINMARK_RPC_URL.",
    )
    title = Text.assemble((proved.title, "bold"), f", declared by {proved.claimant}")
    told = Group(title, "", facts, "", meaning, trust)
    return Padding(Panel(told, box=box.ROUNDED, border_style="dim"), (0, 0, 1, 0))


def closing(rows: Sequence[Row], seconds: float) -> RenderableType:
    """The last line: whether all went as expected."""
    held = sum(row.holds for row in rows)
    if held == len(rows):
        return Text(f"  ✓ {held} of {held} expectations held, in {seconds:.1f} s", "bold green")
    return Text(f"  ✗ {len(rows) - held} of {len(rows)} expectations did not hold, in {seconds:.1f} s", "bold red")


def _remark(title: str) -> str:
    declared = DOZEN[title]
    if declared.visibility is Visibility.PRIVATE:
        return "private"
    if declared.previous is not None:
        return f"after {declared.previous}"
    return "design" if declared.kind is Kind.DESIGN else ""


def _in_half_blocks(picture: Image.Image) -> Text:
    """The middle square of a picture as characters: the upper half of each in one colour, the lower in another."""
    small = np.asarray(ImageOps.fit(picture, (CELLS, CELLS), Image.Resampling.BOX))
    made = Text()
    for upper, lower in zip(small[0::2], small[1::2], strict=True):
        for above, below in zip(upper, lower, strict=True):
            made.append("▀", f"rgb({_commas(above)}) on rgb({_commas(below)})")
        made.append("\n")
    made.rstrip()
    return made


def _commas(colour: NDArray[np.uint8]) -> str:
    return ",".join(str(level) for level in colour)


def _took(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 0.1 else f"{seconds * 1000:.0f} ms"
