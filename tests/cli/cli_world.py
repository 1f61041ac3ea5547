"""The command line, run in this process: arguments in, exit code and what it printed out."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from registry.cli.app import run


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The JSON lines it printed."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def line(self) -> dict[str, Any]:
        (only,) = self.lines
        return only


@dataclass
class CommandLine:
    """`originmark` on one data directory."""

    data: Path
    capture: pytest.CaptureFixture[str]

    def __call__(self, *arguments: object) -> Ran:
        self.capture.readouterr()
        code = run(["--data-dir", str(self.data), *map(str, arguments)])
        out, err = self.capture.readouterr()
        return Ran(code, out, err)
