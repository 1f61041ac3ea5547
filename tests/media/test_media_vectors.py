"""Bytes → codes, within a tolerance, with the installed Pillow and with the oldest one that is allowed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.media.vectors import CODES, FOLDER, TOLERANCE, distances, drawn

ROOT = Path(__file__).parents[2]
OLDEST = Path(sys.prefix) / "oldest"
"""Where the Makefile installs the oldest Pillow of pyproject.toml's range, beside the installed one."""


def moved(bits: dict[str, dict[str, int]]) -> list[str]:
    return [name for name, schemes in bits.items() if any(schemes[scheme] > TOLERANCE[scheme] for scheme in schemes)]


def test_the_installed_libraries_give_the_codes_on_record() -> None:
    assert moved(distances()) == []


def test_the_oldest_pillow_gives_them_too() -> None:
    if not OLDEST.is_dir():
        reason = f"{OLDEST} doesn't exist: `make test` installs the oldest Pillow there"
        assert not os.environ.get("CI"), reason  # noqa: TID251 - on CI nothing may be skipped
        pytest.skip(reason)
    told = subprocess.run(
        [sys.executable, "-m", "tests.media.vectors", "--check"],
        cwd=ROOT,
        env={"PYTHONPATH": str(OLDEST)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr or told.stdout
    answer = json.loads(told.stdout)
    (installed,) = OLDEST.glob("pillow-*.dist-info")
    assert answer["pillow"] == installed.name.removeprefix("pillow-").removesuffix(".dist-info")
    assert moved(answer["bits"]) == []


def test_every_file_is_on_record_and_they_stay_small() -> None:
    files = {path.name: path.stat().st_size for path in FOLDER.iterdir()}
    assert set(files) == {CODES.name, *(name for name, _ in drawn())}
    assert set(json.loads(CODES.read_text())) == set(files) - {CODES.name}
    assert sum(files.values()) <= 150_000
