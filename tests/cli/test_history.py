"""`originmark history` as its users type it."""

from pathlib import Path

import pytest

from tests.cli.cli_world import CommandLine
from tests.journeys.pictures import Picture


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def originmark(data: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(data, capsys)


def version(originmark: CommandLine, folder: Path, seed: int, title: str, previous: str | None, *options: str) -> str:
    file = folder / f"{seed}.png"
    file.write_bytes(Picture(seed).png())
    named = [] if previous is None else ["--previous", previous]
    ran = originmark("register", "--json", "--title", title, *named, *options, file)
    assert ran.code == 0
    work = ran.lines[0]["work"]
    assert isinstance(work, str)
    return work


def test_the_versions_are_told_in_the_order_of_the_log_with_what_the_chain_proves(
    originmark: CommandLine, tmp_path: Path
) -> None:
    sketch = version(originmark, tmp_path, 1, "Sketch", None)
    draft = version(originmark, tmp_path, 2, "Draft", sketch, "--visibility", "private")
    final = version(originmark, tmp_path, 3, "Final [/bold]", draft, "--no-anchor")
    lines = originmark("history", "--json", draft).lines
    assert [(line["work"], line["previous"]) for line in lines] == [(sketch, None), (draft, sketch), (final, draft)]
    assert [line["title"] for line in lines] == ["Sketch", "Draft", "Final [/bold]"]
    assert lines[0]["registered"] <= lines[0]["anchored"] < lines[1]["anchored"]
    assert lines[2]["anchored"] is None
    for line in lines[:2]:
        assert originmark("works", "show", "--json", line["work"]).line["anchored"] == line["anchored"]

    told = originmark("history", final)
    assert told.code == 0
    rows = told.out.splitlines()
    assert [row.index(work) for row, work in zip(rows, (sketch, draft, final), strict=True)]
    assert rows[0].startswith("Sketch  ")
    assert rows[1].startswith("└── Draft  ")
    assert rows[2].startswith("    └── Final [/bold]  ")
    assert [row.endswith("UTC") for row in rows] == [True, True, False]
    assert rows[2].endswith("not anchored yet")


def test_branches_are_drawn_and_withdrawn_ones_are_said_to_be(originmark: CommandLine, tmp_path: Path) -> None:
    root = version(originmark, tmp_path, 10, "Root", None, "--no-anchor")
    left = version(originmark, tmp_path, 11, "Left", root, "--no-anchor")
    version(originmark, tmp_path, 12, "Right", root, "--no-anchor")
    version(originmark, tmp_path, 13, "Leaf", left, "--no-anchor")
    originmark("withdraw", "--no-anchor", left)
    rows = originmark("history", left).out.splitlines()
    assert [row.split("  wrk_")[0] for row in rows] == ["Root", "├── Left", "│   └── Leaf", "└── Right"]
    assert ["withdrawn" in row for row in rows] == [False, True, False, False]
    assert [line["withdrawn"] is None for line in originmark("history", "--json", left).lines] == [
        True,
        False,
        True,
        True,
    ]


def test_an_erased_version_parts_them(originmark: CommandLine, tmp_path: Path) -> None:
    sketch = version(originmark, tmp_path, 20, "Sketch", None, "--no-anchor")
    draft = version(originmark, tmp_path, 21, "Draft", sketch, "--no-anchor")
    final = version(originmark, tmp_path, 22, "Final", draft, "--no-anchor")
    originmark("erase", "--yes", draft)
    assert [line["work"] for line in originmark("history", "--json", final).lines] == [final]
    assert [line["work"] for line in originmark("history", "--json", sketch).lines] == [sketch]
    assert originmark("history", draft).code == 2


def test_another_account_s_work_is_no_earlier_version(originmark: CommandLine, tmp_path: Path) -> None:
    sketch = version(originmark, tmp_path, 30, "Sketch", None, "--no-anchor")
    originmark("accounts", "create", "rival")
    (tmp_path / "theirs.png").write_bytes(Picture(31).png())
    ran = originmark(
        "register", "--json", "--as", "rival", "--previous", sketch, "--no-anchor", tmp_path / "theirs.png"
    )
    assert ran.code == 2
    assert (ran.lines[0]["error"], ran.lines[-1]["summary"]["failed"]) == ("NotFound", 1)
    assert len(originmark("history", "--json", sketch).lines) == 1
