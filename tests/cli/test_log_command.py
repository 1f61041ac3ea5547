"""`originmark log` as its users type it."""

import shutil
from pathlib import Path

import pytest

from registry.log.cosignature import cosigned_at
from registry.proof.receipt import ed25519_valid
from tests.cli.cli_world import CommandLine
from tests.journeys.pictures import Picture


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def originmark(data: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(data, capsys)


def register(originmark: CommandLine, folder: Path, *seeds: int) -> None:
    for seed in seeds:
        (folder / f"{seed}.png").write_bytes(Picture(seed).png())
    assert originmark("register", "--json", *(folder / f"{seed}.png" for seed in seeds)).code == 0


def test_export_tells_what_is_new_and_audit_what_holds(originmark: CommandLine, tmp_path: Path) -> None:
    register(originmark, tmp_path, 1, 2)
    public = tmp_path / "public"
    first = originmark("log", "export", public, "--json").line
    assert (first["size"], first["before"], first["written"]) == (3, 0, 5)
    register(originmark, tmp_path, 3)
    second = originmark("log", "export", public)
    assert second.code == 0
    assert "4 entries, 1 of them new" in second.out
    told = originmark("log", "audit", public, "--json")
    assert told.code == 0
    assert (told.line["size"], told.line["checkpoints"], told.line["independent"]) == (4, 2, False)
    said = originmark("log", "audit", public)
    assert (said.code, "honest" in said.out, "no independent trust" in said.out) == (0, True, True)


def test_a_witness_in_another_place_needs_the_registry_s_id(originmark: CommandLine, tmp_path: Path) -> None:
    register(originmark, tmp_path, 1, 2)
    log = originmark("status", "--json").line["registry_id"]
    public = tmp_path / "public"
    originmark("log", "export", public)
    elsewhere = CommandLine(tmp_path / "elsewhere", originmark.capture)
    for command in (("audit", public), ("witness", public, "--key", tmp_path / "w.key")):
        refused = elsewhere("log", *command)
        assert refused.code == 2
        assert "--registry" in refused.err
        assert len(refused.err.splitlines()) == 1
    ran = elsewhere("log", "witness", public, "--key", tmp_path / "w.key", "--registry", log, "-o", tmp_path / "note")
    assert ran.code == 0
    assert "the first that this witness saw" in ran.err
    told = elsewhere("log", "witness", public, "--key", tmp_path / "w.key", "--registry", log, "--json").line
    assert told["before"] == told["size"]
    name, _, encoded = told["verifier"].split("+", 2)
    from base64 import b64decode

    key = b64decode(encoded)[1:]
    for note in (told["note"], (tmp_path / "note").read_text("utf-8")):
        assert cosigned_at(note, name=name, public_key=key, verify=lambda sig, msg: ed25519_valid(key, sig, msg)) > 0
    assert (tmp_path / "w.key").stat().st_mode & 0o777 == 0o600


def test_two_histories_of_one_registry_are_told_and_kept(originmark: CommandLine, tmp_path: Path) -> None:
    """The operator has two data directories with the same keys, and shows each to somebody else."""
    register(originmark, tmp_path, 1, 2)
    shutil.copytree(originmark.data, tmp_path / "two")
    two = CommandLine(tmp_path / "two", originmark.capture)
    register(originmark, tmp_path, 31)
    register(two, tmp_path, 32)
    one_size = originmark("log", "export", tmp_path / "one", "--json").line["size"]
    assert two("log", "export", tmp_path / "other", "--json").line["size"] == one_size
    key = tmp_path / "w.key"
    assert originmark("log", "witness", tmp_path / "one", "--key", key).code == 0
    refused = originmark("log", "witness", tmp_path / "other", "--key", key, "--json")
    assert refused.code == 1
    assert (refused.line["cosigned"], refused.line["why"]) == (False, "split view")
    evidence = Path(refused.line["evidence"]).read_text("utf-8")
    for folder in ("one", "other"):
        assert (tmp_path / folder / "checkpoint").read_text("utf-8") in evidence
    said = originmark("log", "witness", tmp_path / "other", "--key", key)
    assert (said.code, "not cosigned" in said.out) == (1, True)
    # Each history was anchored on a chain of its own, so that on the true one the other is a lie.
    assert originmark("log", "audit", tmp_path / "other").code == 1
    assert originmark("log", "audit", tmp_path / "one").code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("audit", "nowhere"),
        ("audit", "http://127.0.0.1:9/log"),
        ("audit", "nowhere", "--registry", "short"),
        ("audit", "nowhere", "--from-block", "-1"),
        ("witness", "nowhere", "--key", "w.key"),
        ("witness", "nowhere", "--key", "/proc/none/w.key"),
        ("witness", "nowhere"),
        ("export", "/proc/none"),
    ],
)
def test_what_can_t_be_done_is_one_red_line(
    originmark: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    register(originmark, tmp_path, 1)
    monkeypatch.chdir(tmp_path)
    ran = originmark("log", *arguments)
    assert ran.code == 2
    assert len(ran.err.splitlines()) == 1, ran.err
