"""The third part: a certificate that holds, forged ones that don't, and what the true one says."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256

from registry.certify import Pending, compare_codes
from registry.cli.demo.cast import KILN, Cast
from registry.cli.demo.copies import EVERYDAY
from registry.cli.demo.registering import embedded_chain, gas_used
from registry.cli.demo.rows import Came, Expectation, Part
from registry.errors import LedgerError
from registry.ledger.reader import JsonRpcReader
from registry.proof.certificate import Certificate, encode_certificate, parse_certificate
from registry.proof.receipt import ed25519_valid
from registry.proof.statement import Claimant, encode_statement
from registry.proof.verify import Answer, No, Verification, Yes, verify

TITLE, OTHER = "Regatta", "Kilim"
YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Proved:
    """What a certificate proves, in facts. `gas` is what the whole checkpoint cost; times in seconds since 1970."""

    title: str
    claimant: str
    sha256: bytes
    log: bytes
    index: int
    size: int
    transaction: bytes
    gas: int
    chain_id: int
    block: int
    block_time: int
    certificate: bytes


@dataclass(frozen=True, slots=True)
class _Trial:
    """A way to deceive a verifier; `refused` are the questions that must be answered with no, and no others."""

    words: str
    refused: frozenset[str]
    forge: Callable[[Certificate], Certificate] = lambda certificate: certificate
    file: Callable[[Cast], bytes] = lambda cast: cast.file(TITLE)
    pinned: Callable[[Cast], bytes] = lambda cast: cast.registry.identity.log


def proving(cast: Cast) -> Iterator[Expectation]:
    """What is expected of certificates."""
    yield _expect(f"{TITLE}'s certificate, and file", "accepted", partial(_accepted, cast))
    for trial in (
        _Trial("…with another claimant's name", frozenset({"anchored", "receipt"}), forge=_renamed),
        _Trial("…dated back by a year", frozenset({"anchored"}), forge=_dated_back),
        _Trial(
            f"…with the file of {OTHER}",
            frozenset({"same bytes", "looks alike"}),
            file=lambda cast: cast.file(OTHER),
        ),
        _Trial(
            "…with a JPEG copy for the file",
            frozenset({"same bytes"}),
            file=lambda cast: EVERYDAY[0].make(cast.drawn(TITLE).picture),
        ),
        _Trial("…taken for another registry's", frozenset({"declared"}), pinned=_another_registry),
    ):
        yield _expect(trial.words, "refused", partial(_refused, cast, trial))


def proved(cast: Cast) -> Proved:
    """The facts of one certificate."""
    certificate, work = _certificate(cast), cast.work(TITLE)
    genesis, anchor = certificate.origin, certificate.anchor
    return Proved(
        title=TITLE,
        claimant=certificate.claim.claimant.name,
        sha256=work.sha256,
        log=genesis.log,
        index=certificate.index,
        size=certificate.checkpoint.size,
        transaction=anchor.transaction,
        gas=gas_used(embedded_chain(cast), anchor.transaction),
        chain_id=genesis.chain_id,
        block=anchor.block_number,
        block_time=anchor.block_time,
        certificate=encode_certificate(certificate),
    )


def _expect(what: str, expected: str, act: Callable[[], Came]) -> Expectation:
    return Expectation(Part.PROVED, what, expected, act)


def _certificate(cast: Cast) -> Certificate:
    made = cast.registry.certification.certificate(cast.work(TITLE), with_fingerprints=True)
    if isinstance(made, Pending):
        raise LedgerError(f"{TITLE} isn't anchored yet.")
    return made


def _verify(cast: Cast, certificate: Certificate, file: bytes, pinned: bytes) -> Verification:
    """As anyone would: from the certificate's bytes, asking the chain and nothing else of the registry."""
    return verify(
        parse_certificate(encode_certificate(certificate)),
        file,
        JsonRpcReader(embedded_chain(cast)),
        pinned,
        codes=compare_codes(cast.registry.desk.look_at),
        signatures=ed25519_valid,
    )


def _answers(verification: Verification) -> dict[str, Answer]:
    return {
        "same bytes": verification.same_bytes,
        "looks alike": verification.looks_alike,
        "anchored": verification.anchored,
        "declared": verification.declared,
        "receipt": verification.witnesses[0],
    }


def _accepted(cast: Cast) -> Came:
    verification = _verify(cast, _certificate(cast), cast.file(TITLE), cast.registry.identity.log)
    answers = _answers(verification)
    yes = [question for question, answer in answers.items() if isinstance(answer, Yes)]
    holds = verification.accepted and len(yes) == len(answers)
    return Came(f"yes to all {len(yes)} questions" if holds else f"yes to {', '.join(yes)} only", holds=holds)


def _refused(cast: Cast, trial: _Trial) -> Came:
    verification = _verify(cast, trial.forge(_certificate(cast)), trial.file(cast), trial.pinned(cast))
    denied = {question: answer.why for question, answer in _answers(verification).items() if isinstance(answer, No)}
    holds = not verification.accepted and denied.keys() == trial.refused
    reason = next(iter(denied.values()), "nothing was denied").partition(":")[0]
    return Came(f"no: {reason}", holds=holds)


def _renamed(certificate: Certificate) -> Certificate:
    claim = certificate.claim
    claimant = Claimant(account=claim.claimant.account, name=KILN)
    return replace(certificate, statement=encode_statement(replace(claim, claimant=claimant)))


def _dated_back(certificate: Certificate) -> Certificate:
    anchor = certificate.anchor
    return replace(certificate, anchor=replace(anchor, block_time=anchor.block_time - YEAR))


def _another_registry(cast: Cast) -> bytes:
    return sha256(cast.registry.identity.log).digest()
