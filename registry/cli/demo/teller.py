"""Who tells what happens in the demo: to a person on a screen, or to a program in lines of JSON."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console, RenderableType
from rich.text import Text

from registry.cli.demo.cast import Pictures
from registry.cli.demo.proving import Proved
from registry.cli.demo.rows import Row
from registry.cli.demo.screen import WIDEST, closing, gallery, part_table, proof_panel
from registry.cli.output import answers, notes, print_json, stamp


class Teller(Protocol):
    """Hears everything in the order in which it happens."""

    def doing(self, what: str) -> None:
        """What is under way."""
        ...

    def drawn(self, pictures: Pictures) -> None:
        """The pictures are drawn."""
        ...

    def row(self, row: Row) -> None:
        """An expectation was tried."""
        ...

    def end(self, rows: Sequence[Row], proof: Proved | None, seconds: float, kept: Path | None) -> None:
        """It is over; `proof` is None where there is no certificate to tell of."""
        ...

    def close(self) -> None:
        """Leaves the screen as it should be, whatever happened."""
        ...


class ScreenTeller:
    """Tells a person: a spinner on standard error, and a table as each part ends on standard output."""

    def __init__(self) -> None:
        # A pipe or a file has no width of its own, and rich would take 80.
        self._screen = answers if answers.is_terminal else Console(width=WIDEST, highlight=False)
        self._width = min(WIDEST, self._screen.width)
        self._status = notes.status("")
        self._part: list[Row] = []

    def doing(self, what: str) -> None:
        """Shows it beside the spinner."""
        self._status.update(f"[dim]{what}[/]")
        self._status.start()

    def drawn(self, pictures: Pictures) -> None:
        """Shows the dozen, where there are colours enough."""
        coloured = self._screen.color_system in {"256", "truecolor"}
        self._print(gallery(pictures.dozen, coloured=coloured, width=self._width))

    def row(self, row: Row) -> None:
        """Keeps it until its part is over."""
        if self._part and self._part[-1].part is not row.part:
            self._print_part()
        self._part.append(row)

    def end(self, rows: Sequence[Row], proof: Proved | None, seconds: float, kept: Path | None) -> None:
        """Shows the last part, what the certificate says, and whether all went as expected."""
        self._print_part()
        if proof is not None:
            self._print(proof_panel(proof))
        self._print(closing(rows, seconds))
        if kept is not None:
            told = f"Kept in {kept}. `originmark --data-dir {kept / 'registry'} status` goes on from there."
            self._print(Text(f"  {told}"))

    def close(self) -> None:
        """Takes the spinner away."""
        self._status.stop()

    def _print_part(self) -> None:
        if self._part:
            self._print(part_table(self._part))
        self._part = []

    def _print(self, shown: RenderableType) -> None:
        # Two live consoles on one terminal would draw over each other.
        self._status.stop()
        self._screen.print(shown, soft_wrap=False, width=self._width)


class JsonTeller:
    """Tells a program: a line for each row, and a summary."""

    def doing(self, what: str) -> None:
        """Says nothing."""

    def drawn(self, pictures: Pictures) -> None:
        """Says nothing."""

    def row(self, row: Row) -> None:
        """Prints the row."""
        print_json(
            {
                "part": row.part.lower(),
                "what": row.what,
                "expected": row.expected,
                "came": row.came,
                "holds": row.holds,
                "seconds": round(row.seconds, 3),
            }
        )

    def end(self, rows: Sequence[Row], proof: Proved | None, seconds: float, kept: Path | None) -> None:
        """Prints the summary."""
        held = sum(row.holds for row in rows)
        summary: dict[str, Any] = {
            "held": held,
            "failed": len(rows) - held,
            "seconds": round(seconds, 3),
            "kept": None if kept is None else str(kept),
            "proof": None if proof is None else _proof(proof),
        }
        print_json({"summary": summary})

    def close(self) -> None:
        """Has nothing to put away."""


def _proof(proof: Proved) -> dict[str, Any]:
    return {
        "title": proof.title,
        "claimant": proof.claimant,
        "sha256": proof.sha256.hex(),
        "log": proof.log.hex(),
        "index": proof.index,
        "size": proof.size,
        "transaction": f"0x{proof.transaction.hex()}",
        "gas": proof.gas,
        "chain": proof.chain_id,
        "block": proof.block,
        "block_time": stamp(proof.block_time),
        "finality": "local chain: no independent trust",
    }
