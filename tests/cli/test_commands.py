"""Every command as its user types it: what it prints, and the exit code that scripts rely on."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from registry.assemble import open_registry
from registry.settings import Settings
from tests.cli.cli_world import CommandLine
from tests.journeys.pictures import Picture


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def originmark(data: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(data, capsys)


@pytest.fixture(scope="module")
def art(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("art")
    for number in (1, 2, 3):
        (folder / f"work {number}.png").write_bytes(Picture(number).png())
    (folder / "notes.txt").write_text("not a picture")
    (folder / ".hidden.png").write_bytes(Picture(9).png())
    return folder


def registered(originmark: CommandLine, art: Path) -> dict[str, str]:
    """The works of `art` by file name, registered if they weren't."""
    ran = originmark("register", "--json", art)
    return {Path(line["path"]).name: line["work"] for line in ran.lines if "work" in line}


def test_a_folder_is_registered_and_anchored_and_running_it_again_changes_nothing(
    originmark: CommandLine, art: Path
) -> None:
    first = originmark("register", "--json", art)
    assert first.code == 0
    *files, summary = first.lines
    assert summary == {"summary": {"registered": 3, "already there": 0, "failed": 0}}
    assert sorted(line["index"] for line in files) == [1, 2, 3]
    again = originmark("register", "--json", art)
    assert again.lines[-1] == {"summary": {"registered": 0, "already there": 3, "failed": 0}}
    assert {line["work"] for line in again.lines[:-1]} == {line["work"] for line in files}
    status = originmark("status", "--json").line
    assert (status["works"], status["log_size"], status["anchored"]) == (3, 4, 4)
    assert "no independent trust" in status["chain"]


def test_one_bad_file_does_not_stop_the_rest_and_is_listed_at_the_end(originmark: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_text("I am no picture")
    (tmp_path / "good.png").write_bytes(Picture(20).png())
    ran = originmark("register", tmp_path)
    assert ran.code == 2
    assert "1 registered, 1 failed" in ran.out
    assert "bad.png" in ran.err
    assert "JPEG, PNG" in ran.err, "what to do next is told"


def test_another_title_for_the_same_bytes_is_a_conflict(originmark: CommandLine, art: Path) -> None:
    registered(originmark, art)
    ran = originmark("register", "--json", "--title", "Something else", art / "work 1.png")
    assert ran.code == 2
    assert ran.lines[0]["error"] == "Conflict"
    assert "title is work 1, not Something else" in ran.lines[0]["message"]


def test_a_manifest_says_what_each_file_is(originmark: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(Picture(30).png())
    (tmp_path / "b.png").write_bytes(Picture(31).png())
    manifest = tmp_path / "works.csv"
    manifest.write_text("path,title,kind,visibility\na.png,Poster,design,private\nb.png,,,\n", "utf-8")
    ran = originmark("register", "--json", "--manifest", manifest, "--role", "agent", "--no-anchor")
    assert ran.code == 0
    shown = {originmark("works", "show", "--json", line["work"]).line["title"]: line["work"] for line in ran.lines[:-1]}
    assert set(shown) == {"Poster", "b"}
    poster = originmark("works", "show", "--json", shown["Poster"]).line
    assert (poster["kind"], poster["visibility"], poster["role"]) == ("design", "private", "agent")
    assert poster["anchored"] is None


@pytest.mark.parametrize(
    "text",
    ["", "file\na.png\n", "path\n", "path,kind\na.png,poem\n", "path\na.png,b\n", "path,colour\na.png,red\n"],
    ids=["empty", "no path column", "no rows", "unknown kind", "a cell too many", "unknown column"],
)
def test_a_manifest_that_says_nothing_sensible_is_refused(originmark: CommandLine, tmp_path: Path, text: str) -> None:
    manifest = tmp_path / "works.csv"
    manifest.write_text(text, "utf-8")
    ran = originmark("register", "--manifest", manifest)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1


def test_check_tells_a_copy_from_a_stranger_by_its_exit_code(
    originmark: CommandLine, art: Path, tmp_path: Path
) -> None:
    works = registered(originmark, art)
    copy, stranger = tmp_path / "copy.jpg", tmp_path / "stranger.png"
    copy.write_bytes(Picture(1).jpeg())
    stranger.write_bytes(Picture(40).png())
    found = originmark("check", "--json", copy)
    assert found.code == 1
    assert found.line["decision"] == "block"
    assert found.line["matches"][0]["work"] == works["work 1.png"]
    assert [signal["bits"] for signal in found.line["matches"][0]["signals"]] == [256, 64]
    assert originmark("check", "--json", stranger).code == 0
    assert originmark("check", copy, stranger).code == 1
    own = originmark("check", "--json", "--seller", "local", copy)
    assert (own.code, own.line["decision"]) == (0, "allow")


def test_a_file_that_cannot_be_checked_is_an_error_and_the_rest_is_checked(
    originmark: CommandLine, art: Path, tmp_path: Path
) -> None:
    registered(originmark, art)
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(Picture(1).jpeg()[:900])
    ran = originmark("check", "--json", bad, art / "work 2.png")
    assert ran.code == 2
    assert ran.lines[0]["error"] == "MalformedMedia"
    assert ran.lines[1]["decision"] == "block"


def test_a_certificate_is_written_and_verified(originmark: CommandLine, art: Path, tmp_path: Path) -> None:
    work, proof = registered(originmark, art)["work 1.png"], tmp_path / "proof.json"
    written = originmark("certificate", work, "-o", proof)
    assert written.code == 0
    verified = originmark("verify", "--json", proof, art / "work 1.png")
    assert verified.code == 0
    assert verified.line["accepted"]
    assert verified.line["finality"] == "local"
    answers = {answer["question"]: answer["answer"] for answer in verified.line["answers"]}
    assert answers == {
        "the same bytes": "yes",
        "looks alike": "not checked",
        "anchored": "yes",
        "declared": "yes",
        "witness": "yes",
    }
    assert originmark("verify", proof, art / "work 2.png").code == 1
    assert originmark("verify", proof, "--registry", "00" * 32).code == 1
    assert originmark("verify", proof, "--rpc", "http://127.0.0.1:9").code == 1


def test_a_blocks_hash_stands_in_for_a_chain(originmark: CommandLine, art: Path, tmp_path: Path) -> None:
    work, proof = registered(originmark, art)["work 1.png"], tmp_path / "proof.json"
    with open_registry(Settings(data_dir=originmark.data, media_workers=1)) as registry:
        with registry.anchoring() as anchoring:
            anchoring.step()  # looks again, and finds the anchor final
        registry.tidying()
    originmark("certificate", work, "-o", proof)
    block_hash = json.loads(proof.read_bytes())["anchor"]["block_hash"]
    verified = originmark("verify", "--json", proof, art / "work 1.png", "--block-hash", "0x" + block_hash).line
    assert (verified["accepted"], verified["finality"]) == (True, "local")
    assert [answer["answer"] for answer in verified["answers"]].count("yes") == 5
    assert "rests on the hash that was given" in json.dumps(verified)
    for endpoint in ((), ("--rpc", "http://127.0.0.1:9")):
        assert originmark("verify", proof, "--block-hash", "00" * 32, *endpoint).code == 1
    assert originmark("verify", proof, "--block-hash", block_hash, "--rpc", "http://127.0.0.1:9").code == 1
    ran = originmark("verify", proof, "--block-hash", "12ab")
    assert (ran.code, ran.err.count("\n")) == (2, 1)


def test_fingerprints_are_disclosed_only_when_asked_for(originmark: CommandLine, art: Path, tmp_path: Path) -> None:
    work, proof, copy = registered(originmark, art)["work 1.png"], tmp_path / "proof.json", tmp_path / "copy.jpg"
    copy.write_bytes(Picture(1).jpeg())
    originmark("certificate", work, "-o", proof)
    assert json.loads(proof.read_bytes())["disclosure"] is None
    originmark("certificate", work, "-o", proof, "--with-fingerprints")
    same, alike = originmark("verify", "--json", proof, copy).line["answers"][:2]
    assert (same["answer"], alike["answer"]) == ("no", "yes")


DAMAGES: list[Callable[[bytes], bytes]] = [
    lambda data: data[:-1],
    lambda data: data + b"\n",
    lambda data: b"{}",
    lambda data: b"\xff",
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_certificate_is_one_red_line(
    originmark: CommandLine, art: Path, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    work, proof = registered(originmark, art)["work 1.png"], tmp_path / "proof.json"
    originmark("certificate", work, "-o", proof)
    proof.write_bytes(damage(proof.read_bytes()))
    ran = originmark("verify", proof)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error ")
    assert ran.err.count("\n") == 1


def test_accounts_and_keys(originmark: CommandLine) -> None:
    account = originmark("accounts", "create", "--json", "studio").line["account"]
    assert originmark("accounts", "create", "studio").code == 2
    assert "studio" in originmark("accounts", "list").out
    made = originmark("keys", "create", "--json", "studio", "--scope", "check", "--days", 7).line
    assert (made["account"], made["scopes"]) == (account, ["check"])
    assert made["token"].startswith("om_")
    assert made["token"] not in originmark("keys", "list").out
    assert originmark("keys", "revoke", made["key"]).code == 0
    (listed,) = [line for line in originmark("keys", "list", "--json").lines if line["key"] == made["key"]]
    assert listed["revoked"] is not None
    assert originmark("keys", "revoke", "key_none").code == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("works", "show", "wrk_none"),
        ("certificate", "wrk_none"),
        ("register", "no/such/file.png"),
        ("register",),
        ("register", ".", "--as", "nobody"),
        ("check",),
        ("check", "no/such/file.png"),
        ("verify", "no/such/proof.json"),
        ("keys", "create", "nobody"),
        ("no-such-command",),
        ("register", "--kind", "poem", "."),
    ],
    ids=" ".join,
)
def test_an_error_is_one_line_that_says_what_to_do(originmark: CommandLine, arguments: tuple[str, ...]) -> None:
    ran = originmark(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error ")
    assert ran.err.count("\n") == 1


def test_works_are_listed_in_the_order_of_the_log(originmark: CommandLine, art: Path) -> None:
    registered(originmark, art)
    indices = [line["index"] for line in originmark("works", "list", "--json").lines]
    assert indices == sorted(indices)
    page = originmark("works", "list", "--json", "--limit", 2, "--after", indices[0]).lines
    assert [line["index"] for line in page] == indices[1:3]
    assert "work 1" in originmark("works", "list").out


def test_the_ledger_tells_what_anchoring_cost_and_how_long_the_account_lasts(
    originmark: CommandLine, art: Path
) -> None:
    registered(originmark, art)
    ran = originmark("ledger", "status", "--json")
    assert ran.code == 0
    told = ran.line
    assert told["transactions"] >= 3, "the contract, the log and a checkpoint at least"
    assert told["spent"] > 0
    assert told["spent"] + told["balance"] == 10**30, "nothing else was paid for"
    assert told["per_work"] == told["spent"] // originmark("status", "--json").line["works"]
    assert told["days_left"] > 365
    assert (told["low"], told["trouble"]) == (False, None)
    # A threshold that no account reaches.
    low = originmark("ledger", "status", "--alarm-days", str(10**30))
    assert low.code == 1
    assert "send funds to 0x" in low.err
