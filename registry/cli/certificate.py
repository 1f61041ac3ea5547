"""`originmark certificate` and `originmark verify`: proofs made, and proofs checked."""

from contextlib import ExitStack, closing
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from registry.assemble import known_log, open_registry
from registry.certify import Pending, compare_codes
from registry.chains import open_chain
from registry.cli.files import read_picture, write_file
from registry.cli.output import DONE, NEGATIVE, Json, answers, notes, print_json, stamp, when
from registry.cli.works import find_work
from registry.errors import InvalidInput
from registry.intake.desk import IntakeDesk
from registry.log.public import parse_log_id
from registry.proof.block_proof import BlockProof
from registry.proof.certificate import Certificate, encode_certificate, parse_certificate
from registry.proof.receipt import ed25519_valid
from registry.proof.trie import HASH_BYTES, Keccak
from registry.proof.verify import Anchored, Answer, CouldNotCheck, No, NotChecked, Yes, verify
from registry.settings import Settings

MARKS = {Yes: "[green]yes[/]", Anchored: "[green]yes[/]", No: "[red]no[/]"}


def add_to(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command()(certificate)
    app.command("verify")(verify_certificate)


def certificate(
    context: typer.Context,
    work: Annotated[str, typer.Argument(help="The work's id.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Where to write it.", show_default="WORK.originmark.json")
    ] = None,
    with_fingerprints: Annotated[
        bool,
        typer.Option(
            "--with-fingerprints",
            help="Disclose the fingerprints, so that altered copies can be compared. They give away a rough picture.",
        ),
    ] = False,
    as_json: Json = False,
) -> int:
    """Write a work's certificate: a proof that anyone can check without trusting this registry."""
    settings: Settings = context.obj
    with open_registry(settings) as registry:
        found = find_work(registry, work)
        made = registry.certification.certificate(found, with_fingerprints=with_fingerprints)
        if isinstance(made, Pending):
            if as_json:
                print_json({"work": work, "status": "pending", "expected": stamp(made.expected)})
            else:
                notes.print(f"[yellow]pending[/] {work} isn't anchored yet; expect it by {when(made.expected)}.")
            return NEGATIVE
        path = output or Path(f"{work}.originmark.json")
        data = encode_certificate(made)
        write_file(path, data)
    if as_json:
        print_json({"work": work, "status": "written", "path": str(path), "sha256": sha256(data).hexdigest()})
    else:
        answers.print(f"{path}: {work}, anchored on {when(made.anchor.block_time)}")
    return DONE


def verify_certificate(
    context: typer.Context,
    certificate: Annotated[Path, typer.Argument(help="The certificate's file.")],
    file: Annotated[Path | None, typer.Argument(help="The work's file, or a picture that may show it.")] = None,
    registry: Annotated[
        str | None, typer.Option(help="The registry you expect: its log's id, 64 hex digits.", show_default="this one")
    ] = None,
    rpc: Annotated[
        str | None, typer.Option(help="A JSON-RPC endpoint you trust for the chain.", show_default="this registry's")
    ] = None,
    block_hash: Annotated[
        str | None,
        typer.Option(
            help="The hash of the anchor's block, 64 hex digits, from a source you trust: no chain is asked then, but "
            "for one that `--rpc` names."
        ),
    ] = None,
    as_json: Json = False,
) -> int:
    """Verify a certificate: are the bytes the same, do the pictures look alike, since when, and declared by whom."""
    settings: Settings = context.obj
    proof = parse_certificate(read_picture(certificate))
    data = None if file is None else read_picture(file)
    pinned = known_log(settings) if registry is None else parse_log_id(registry)
    block = None if block_hash is None else _block_hash(block_hash)
    offline = block is not None and rpc is None
    with ExitStack() as stack:
        chain = None if offline else stack.enter_context(open_chain(settings, rpc))
        codes = compare_codes(stack.enter_context(closing(IntakeDesk(workers=1))).look_at)
        result = verify(
            proof,
            data,
            chain,
            pinned,
            codes=codes,
            signatures=ed25519_valid,
            keccak=_keccak_for(proof),
            block_hash=block,
        )
    questions: list[tuple[str, Answer]] = [
        ("the same bytes", result.same_bytes),
        ("looks alike", result.looks_alike),
        ("anchored", result.anchored),
        ("declared", result.declared),
        *(("witness", answer) for answer in result.witnesses),
    ]
    if as_json:
        print_json(
            {
                "accepted": result.accepted,
                "answers": [
                    {"question": question, "answer": _word(answer), "says": _says(answer)}
                    for question, answer in questions
                ],
                "anchored_at": stamp(result.anchored.time) if isinstance(result.anchored, Anchored) else None,
                "finality": result.anchored.finality if isinstance(result.anchored, Anchored) else None,
            }
        )
    else:
        for question, answer in questions:
            answers.print(f"{MARKS.get(type(answer), '[dim]' + _word(answer) + '[/]')}  {question}: ", end="")
            answers.print(escape(_says(answer)))
        if isinstance(result.anchored, Anchored):
            answers.print(
                f"It existed no later than [bold]{when(result.anchored.time)}[/], as the block's producer says."
            )
        answers.print("[bold green]accepted[/]" if result.accepted else "[bold red]not accepted[/]")
    return DONE if result.accepted else NEGATIVE


def _block_hash(text: str) -> bytes:
    try:
        block_hash = bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        block_hash = b""
    if len(block_hash) != HASH_BYTES:
        raise InvalidInput(
            "A block's hash is 64 hex digits.",
            field="block-hash",
            remedy="Any block explorer or archive of the chain has it; the block's number stands in the certificate.",
        )
    return block_hash


def _keccak_for(proof: Certificate) -> Keccak | None:
    if not any(isinstance(witness, BlockProof) for witness in proof.witnesses):
        return None
    from eth_utils.crypto import keccak  # noqa: PLC0415 - takes a fifth of a second, and few certificates need it

    return keccak


def _word(answer: Answer) -> str:
    match answer:
        case Yes():
            return "yes"
        case No():
            return "no"
        case NotChecked():
            return "not checked"
        case CouldNotCheck():
            return "could not check"


def _says(answer: Answer) -> str:
    match answer:
        case Yes(says=says):
            return says
        case No(why=why) | NotChecked(why=why) | CouldNotCheck(why=why):
            return why
