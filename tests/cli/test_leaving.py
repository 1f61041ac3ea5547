"""`withdraw`, `erase`, `works original` and `refingerprint` as their users type them."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.cli_world import CommandLine
from tests.journeys.pictures import Picture

PATIENCE = 60


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def originmark(data: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(data, capsys)


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Picture:
    return Picture(sum(request.node.nodeid.encode()))


def registered(originmark: CommandLine, folder: Path, picture: Picture, *options: str) -> str:
    (folder / "coat.png").write_bytes(picture.png())
    (folder / "copy.jpg").write_bytes(picture.jpeg())
    ran = originmark("register", "--json", "--no-anchor", *options, folder / "coat.png")
    assert ran.code == 0
    work = ran.lines[0]["work"]
    assert isinstance(work, str)
    return work


def test_a_withdrawn_work_is_matched_no_more_and_its_certificate_is_still_written(
    originmark: CommandLine, tmp_path: Path, picture: Picture
) -> None:
    work = registered(originmark, tmp_path, picture)
    assert originmark("check", tmp_path / "copy.jpg").code == 1
    size = originmark("status", "--json").line["log_size"]
    first = originmark("withdraw", "--json", work)
    assert first.code == 0
    assert (first.line["work"], first.line["status"], first.line["index"]) == (work, "withdrawn", size)
    assert originmark("check", tmp_path / "copy.jpg").code == originmark("check", tmp_path / "coat.png").code == 0
    again = originmark("withdraw", "--json", work)
    assert again.line == {**first.line, "status": "already withdrawn"}
    status = originmark("status", "--json").line
    assert status["log_size"] == status["anchored"] == size + 1
    assert originmark("works", "show", "--json", work).line["withdrawn"] == first.line["received"]
    assert originmark("certificate", work, "-o", tmp_path / "proof.json").code == 0
    assert originmark("verify", tmp_path / "proof.json", tmp_path / "coat.png").code == 0


def test_withdrawing_says_so(originmark: CommandLine, tmp_path: Path, picture: Picture) -> None:
    work = registered(originmark, tmp_path, picture, "--title", "A [bold] coat")
    told = originmark("withdraw", "--no-anchor", work)
    assert told.out == f"✓ {work}  “A [bold] coat” is withdrawn\n"
    assert originmark("withdraw", "--no-anchor", work).out == f"✓ {work}  “A [bold] coat” is already withdrawn\n"
    status = originmark("status", "--json").line
    assert status["anchored"] < status["log_size"]


def test_an_erased_work_is_gone(originmark: CommandLine, tmp_path: Path, picture: Picture) -> None:
    work = registered(originmark, tmp_path, picture, "--keep-original")
    stays = registered(originmark, tmp_path, Picture(picture.seed + 1))
    before = originmark("status", "--json").line
    ran = originmark("erase", "--json", "--yes", work)
    assert ran.code == 0
    assert (ran.line["work"], ran.line["status"]) == (work, "erased")
    assert ran.line["forgotten_by"].endswith("Z")
    after = originmark("status", "--json").line
    assert (after["works"], after["log_size"]) == (before["works"] - 1, before["log_size"])
    for command in ("works show", "history", "withdraw", "certificate"):
        ran = originmark(*command.split(), work)
        assert (ran.code, ran.out) == (2, "")
        assert "originmark works list" in ran.err
    assert originmark("erase", "--yes", work).code == 2
    assert originmark("works", "show", stays).code == 0


def test_erasing_says_by_when_and_what_for(originmark: CommandLine, tmp_path: Path, picture: Picture) -> None:
    work = registered(originmark, tmp_path, picture)
    told = originmark("erase", "-y", work)
    assert told.code == 0
    assert told.out.startswith(f"✓ {work} is erased; nothing of it is left in any file by 20")
    assert "originmark worker" in told.out


@pytest.mark.parametrize("options", [[], ["--json"]], ids=["text", "json"])
def test_where_nobody_can_be_asked_nothing_is_erased(
    originmark: CommandLine, tmp_path: Path, picture: Picture, options: list[str]
) -> None:
    work = registered(originmark, tmp_path, picture)
    ran = originmark("erase", *options, work)
    assert (ran.code, ran.out) == (2, "")
    assert "--yes" in ran.err
    assert originmark("works", "show", work).code == 0


@pytest.mark.parametrize(("answer", "code"), [("n", 130), ("y", 0)])
def test_somebody_at_a_terminal_is_asked(
    originmark: CommandLine, data: Path, tmp_path: Path, picture: Picture, answer: str, code: int
) -> None:
    work = registered(originmark, tmp_path, picture)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "registry.cli", "--data-dir", str(data), "erase", work]
    with subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs) as process:
        os.close(theirs)
        os.write(ours, f"{answer}\n".encode())
        out, _ = process.communicate(timeout=PATIENCE)
    asked = os.read(ours, 10_000).decode()
    os.close(ours)
    assert process.returncode == code
    assert "for good? It can't be undone." in " ".join(asked.split())
    assert (work in out.decode()) == (answer == "y")
    assert originmark("works", "show", work).code == (0 if answer == "n" else 2)


def test_an_original_comes_back_as_it_was(originmark: CommandLine, tmp_path: Path, picture: Picture) -> None:
    work = registered(originmark, tmp_path, picture, "--keep-original")
    ran = originmark("works", "original", "--json", work, "-o", tmp_path / "back.png")
    assert ran.code == 0
    assert (ran.line["size"], ran.line["media_type"]) == (len(picture.png()), "image/png")
    assert (tmp_path / "back.png").read_bytes() == picture.png()
    assert "bytes of image/png" in originmark("works", "original", work, "-o", tmp_path / "back.png").out
    shown = originmark("works", "show", "--json", work).line
    assert (shown["original_kept"], shown["raster_kept"]) == (True, True)


def test_an_original_that_was_not_kept_is_not_there(originmark: CommandLine, tmp_path: Path, picture: Picture) -> None:
    work = registered(originmark, tmp_path, picture, "--no-raster")
    ran = originmark("works", "original", work, "-o", tmp_path / "back.png")
    assert (ran.code, ran.out) == (2, "")
    assert "--keep-original" in ran.err
    assert not (tmp_path / "back.png").exists()
    shown = originmark("works", "show", "--json", work).line
    assert (shown["original_kept"], shown["raster_kept"]) == (False, False)


def test_with_nothing_to_bring_up_it_says_so(originmark: CommandLine, tmp_path: Path, picture: Picture) -> None:
    registered(originmark, tmp_path, picture)
    assert originmark("refingerprint").out == "Every work is up to date.\n"
    summary = {"done": 0, "failed": 0, "without_raster": 0}
    assert originmark("refingerprint", "--json").line == {"summary": summary}
