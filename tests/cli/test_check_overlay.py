"""`originmark check --overlay`: the evidence as a picture, and as words."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from registry.accounts import Viewer
from registry.assemble import Registry, open_registry
from registry.cli.check import draw
from registry.errors import InvalidInput
from registry.findings import Check
from registry.settings import Settings
from registry.works import Description, Work
from tests.api.found import a_match, asked_picture, kept
from tests.api.pictures import drawing, png
from tests.cli.cli_world import CommandLine

OPERATOR = Viewer(account=None, everything=True)


@pytest.fixture
def originmark(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(tmp_path / "data", capsys)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("registry"), media_workers=1)
    with open_registry(settings) as opened:
        yield opened


@pytest.fixture(scope="module")
def works(registry: Registry) -> list[Work]:
    studio = registry.access.create_account("studio")
    return [
        registry.registering.register(png(drawing(seed)), Description(seed), studio).work for seed in ("one", "two")
    ]


def drawn(registry: Registry, answer: Check, file: Path) -> None:
    draw(file, answer, registry.checking.works_of(answer), OPERATOR, registry)


def test_the_strongest_match_that_can_be_drawn_is(
    registry: Registry, works: list[Work], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = works
    both = kept(registry, None, a_match(one, placed=False), a_match(two), picture=asked_picture("two"))
    alone = kept(registry, None, a_match(two), picture=asked_picture("two"))
    for answer, name in ((both, "both.jpg"), (alone, "alone.jpg")):
        drawn(registry, answer, tmp_path / name)
        assert name in capsys.readouterr().err.replace("\n", "")
    assert (tmp_path / "both.jpg").read_bytes() == (tmp_path / "alone.jpg").read_bytes()
    with Image.open(tmp_path / "alone.jpg") as picture:
        assert (picture.format, picture.width) == ("JPEG", 920)


def test_where_nothing_is_known_nothing_is_drawn(
    registry: Registry, works: list[Work], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = kept(registry, None, a_match(works[0], placed=False), picture=asked_picture("one"))
    drawn(registry, answer, tmp_path / "none.jpg")
    assert "where the work lies isn't known" in capsys.readouterr().err
    assert not (tmp_path / "none.jpg").exists()


def test_a_file_that_cannot_be_written_is_told(registry: Registry, works: list[Work], tmp_path: Path) -> None:
    answer = kept(registry, None, a_match(works[0]), picture=asked_picture("one"))
    with pytest.raises(InvalidInput) as raised:
        drawn(registry, answer, tmp_path / "no" / "such" / "folder.jpg")
    assert "--overlay" in str(raised.value.remedy)


def test_words_and_what_the_option_refuses(originmark: CommandLine, tmp_path: Path) -> None:
    work, stranger, out = (tmp_path / name for name in ("work.png", "stranger.png", "out.jpg"))
    work.write_bytes(png(drawing("worded")))
    stranger.write_bytes(png(drawing("somebody else's")))
    assert originmark("register", work, "--no-anchor").code == 0
    found = originmark("check", work)
    assert "exact: The file is byte for byte the work’s own." in found.out
    assert "false match: never by chance" in found.out
    line = originmark("check", "--json", work).line["matches"][0]
    assert (line["kind"], line["false_match_rate"]) == ("exact", 0)
    nothing = originmark("check", stranger, "--overlay", out)
    assert (nothing.code, out.exists()) == (0, False)
    assert "no work was found" in nothing.err
    two = originmark("check", work, stranger, "--overlay", out)
    assert (two.code, two.out) == (2, "")
    assert "one picture at a time" in two.err
