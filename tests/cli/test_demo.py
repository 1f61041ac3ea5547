"""The demo: everything comes as expected, and it says so if something doesn't."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from pydantic import SecretStr
from rich.console import Console, RenderableType
from typer.testing import CliRunner

from registry.accounts import Viewer
from registry.assemble import Registry, open_registry
from registry.cli.demo import add_to
from registry.cli.demo.art.artworks import Artwork, blank
from registry.cli.demo.art.patterns import tiles
from registry.cli.demo.cast import DOZEN, Pictures
from registry.cli.demo.command import perform
from registry.cli.demo.rows import Came, Expectation, Part, Row
from registry.cli.demo.screen import closing, gallery, part_table
from registry.cli.demo.teller import Teller
from registry.errors import InvalidInput, RpcUnavailable
from registry.findings import Check, CheckId, Clear
from registry.listings import Listing
from registry.proof.certificate import parse_certificate
from registry.proof.errors import Malformed
from registry.settings import Settings


def somebody_elses(tmp_path: Path) -> Settings:
    """The settings of a user whose registry is elsewhere, and would be noticed if it were asked."""
    return Settings(
        data_dir=tmp_path / "mine",
        database_url=SecretStr("postgresql://nobody@127.0.0.1:1/none"),
        rpc_url=SecretStr("http://127.0.0.1:1"),
        media_workers=2,
    )


def told(capsys: pytest.CaptureFixture[str]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    *rows, last = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return rows, last["summary"]


def test_everything_comes_as_expected_in_a_registry_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "kept"

    code = perform(somebody_elses(tmp_path), kept, as_json=True)

    rows, summary = told(capsys)
    assert [row for row in rows if not row["holds"]] == []
    assert code == 0
    assert {row["part"] for row in rows} == {"registered", "checked", "proved"}
    assert {
        "block each",
        "block",
        "not allowed",
        "not blocked",
        "allow",
        "clear",
        "inconclusive",
        "accepted",
        "refused",
    } <= {row["expected"] for row in rows}
    assert summary["held"] == len(rows) == 26
    assert summary["failed"] == 0
    assert summary["proof"]["size"] == 13
    assert summary["proof"]["gas"] <= 30_000
    assert "no independent trust" in summary["proof"]["finality"]
    assert not (tmp_path / "mine").exists()
    assert len(list((kept / "pictures").glob("*.png"))) == 18
    certificate = parse_certificate((kept / "regatta.originmark.json").read_bytes())
    assert certificate.origin.log.hex() == summary["proof"]["log"]
    assert certificate.claim.file_sha256.hex() == summary["proof"]["sha256"]


class BlindChecking:
    """Finds nothing, ever, and is quick about it."""

    def check(self, data: bytes, listing: Listing, viewer: Viewer) -> Check:
        return Check(CheckId("chk_none"), viewer.account, listing, bytes(32), Clear(("didn't look",)), 0, 0, 0)


@contextmanager
def open_blind(settings: Settings) -> Iterator[Registry]:
    with open_registry(settings) as registry:
        yield replace(registry, checking=BlindChecking())  # type: ignore[arg-type]


def draw_quickly(teller: Teller) -> Pictures:
    """Walls of tiles: no two are alike, and each takes a tenth of a second."""
    walls = [Artwork(title, tiles(np.random.default_rng(seed))) for seed, title in enumerate([*DOZEN, "a stranger's"])]
    return Pictures(dozen=walls[:12], strangers=walls[12:], blank=blank())


def test_it_fails_where_the_registry_sees_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings, folder = somebody_elses(tmp_path), tmp_path / "demo"

    code = perform(settings, folder, as_json=True, kept=False, drawing=draw_quickly, opening=open_blind)

    rows, summary = told(capsys)
    failed = {row["what"] for row in rows if not row["holds"]}
    assert code == 1
    assert summary["failed"] == len(failed)
    assert summary["proof"] is None
    assert {"11 works, mirrored", "a blank card", "Regatta, listed by its claimant"} <= failed
    assert {row["part"] for row in rows if not row["holds"]} == {"checked"}
    assert "clear" not in {row["expected"] for row in rows if not row["holds"]}


@pytest.mark.parametrize("folder", [".", "letter.txt/demo"])
def test_a_folder_that_is_in_use_or_cannot_be_is_refused(tmp_path: Path, folder: str) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    app = typer.Typer()

    @app.callback()
    def begin(context: typer.Context) -> None:
        context.obj = Settings(data_dir=tmp_path / "mine")

    add_to(app)

    result = CliRunner().invoke(app, ["demo", "--keep", str(tmp_path / folder)])

    assert isinstance(result.exception, InvalidInput)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize("error", [RpcUnavailable("No answer."), Malformed("not a certificate")])
def test_an_error_is_what_came_and_never_what_was_expected(error: Exception) -> None:
    def act() -> Came:
        raise error

    moments = iter([5.0, 7.5])

    row = Expectation(Part.PROVED, "something", "refused", act).try_it(lambda: next(moments))

    assert row == Row(Part.PROVED, "something", "refused", str(error), holds=False, seconds=2.5)


def shown(*parts: RenderableType, width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    with console.capture() as captured:
        for part in parts:
            console.print(part)
    return captured.get().splitlines()


@pytest.mark.parametrize("width", [100, 80])
def test_the_tables_fit_and_mark_what_did_not_hold(width: int) -> None:
    held = Row(Part.CHECKED, "11 works, as JPEG of quality 70", "block each", "11 blocked", holds=True, seconds=1.25)
    failed = replace(held, what="a blank card", came="block, 18 of 256 bits apart", holds=False, seconds=0.04)

    lines = shown(part_table([held, failed]), closing([held, failed], 2.0), width=width)

    assert max(len(line.rstrip()) for line in lines) <= width
    assert any("✓" in line and "11 works" in line and "1.2 s" in line for line in lines)
    assert any("✗" in line and "a blank card" in line and "40 ms" in line for line in lines)
    assert any("1 of 2 expectations did not hold" in line for line in lines)


@pytest.mark.parametrize("width", [100, 80, 30])
def test_the_gallery_fits_and_shows_pictures_only_where_there_are_colours(width: int) -> None:
    dozen = [Artwork(title, blank().picture) for title in ("Regatta", "Koi pond", "Kilim", "Swell", "Still life")]

    coloured = shown(gallery(dozen, coloured=True, width=width), width=width)
    plain = shown(gallery(dozen, coloured=False, width=width), width=width)

    assert any("▀" * 14 in line for line in coloured)
    assert not any("▀" in line for line in plain)
    for lines in (coloured, plain):
        assert max(len(line.rstrip()) for line in lines) <= width
        text = "\n".join(lines)
        assert all(word in text for word in ("Regatta", "after Swell", "private", "design", "Atelier Ridge"))
