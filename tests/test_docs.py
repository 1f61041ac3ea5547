"""What the documents say is there, is there; and what is there, they say."""

import doctest
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from registry.cli.app import app
from registry.settings import Settings

ROOT = Path(__file__).parents[1]


def commands() -> Iterator[tuple[str, "typer.core.TyperCommand"]]:
    """Every command with its full name."""

    def walk(name: str, command: object) -> Iterator[tuple[str, "typer.core.TyperCommand"]]:
        inner = getattr(command, "commands", None)
        if inner is None:
            yield name, command  # type: ignore[misc]
            return
        for part, each in inner.items():
            yield from walk(f"{name} {part}".strip(), each)

    yield from walk("", typer.main.get_command(app))


COMMANDS = dict(commands())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_json_and_stands_in_the_documents(name: str) -> None:
    command = COMMANDS[name]
    assert command.help
    options = {option for parameter in command.params for option in parameter.opts}
    assert "--json" in options
    assert all(getattr(parameter, "help", "") for parameter in command.params), "every parameter is explained"
    assert f"originmark {name}" in (ROOT / "docs/cli.md").read_text("utf-8")


def test_every_setting_stands_in_the_documents_with_its_meaning() -> None:
    page = (ROOT / "docs/configuration.md").read_text("utf-8")
    rows = dict(re.findall(r"\| `(ORIGINMARK_\w+)` \|[^|]*\| ([^|]+) \|", page))
    assert set(rows) == {f"ORIGINMARK_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("document", ["README.md"])
def test_the_examples_run(document: str) -> None:
    results = doctest.testfile(str(ROOT / document), module_relative=False)
    assert results.attempted > 0
    assert results.failed == 0


@pytest.mark.parametrize(
    "document",
    [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))],
    ids=lambda path: f"{path.parent.name}-{path.name}",
)
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", document.read_text("utf-8")):
        assert (document.parent / target).exists(), target


def test_the_makefile_s_promises_stand_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert "make run" in readme
    assert "make test" in readme
