"""A registered file with everything that proves it: a log, a chain with its checkpoint, a certificate, an id."""

from dataclasses import dataclass
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.proof.canonical import decode_object, encode
from registry.proof.certificate import Anchor, Certificate, Checkpoint, Disclosure, Promise
from registry.proof.chain import Event, checkpoint_event
from registry.proof.fields import Fields
from registry.proof.merkle import inclusion_path, leaf_hash, tree_root
from registry.proof.receipt import ed25519_valid, sign_receipt
from registry.proof.statement import Claim, Claimant, Genesis, encode_statement, entry_of, manifest_commitment
from registry.proof.verify import Likeness, Verification, verify
from tests.fake_chain import FakeChain

SIGNER = Ed25519PrivateKey.from_private_bytes(b"registry key".ljust(32))
RECOVERY = Ed25519PrivateKey.from_private_bytes(b"recovery key".ljust(32))
CONTRACT = bytes.fromhex("c0" * 20)
WRITER = bytes.fromhex("3a" * 20)
FILE = b"These bytes stand for a picture.\n"


@dataclass(frozen=True)
class Certified:
    """What a verifier starts from; all in it fits."""

    certificate: Certificate
    file: bytes
    chain: FakeChain
    log: bytes


def certified(chain: FakeChain | None = None, *, size: int = 11, index: int = 6, confirmations: int = 4) -> Certified:
    """A certificate with fingerprints and a receipt, for entry `index` of `size`, under `confirmations` further blocks.

    Its event is the third of its transaction, behind one of another contract and one of another log.
    """
    chain = FakeChain() if chain is None else chain
    genesis, genesis_bytes = _genesis(chain)
    manifest, manifest_salt = manifest_of(FILE), bytes(range(32))
    claims = [
        encode_statement(
            Claim(
                log=genesis.log,
                file_sha256=sha256(FILE).digest(),
                file_size=len(FILE),
                media_type="image/png",
                fingerprints=manifest_commitment(manifest_salt, manifest),
                claimant=Claimant(account="acct_2b7", name="Zoë O'Hara"),
                role="author",
                declaration="2026-11",
                previous=None,
                declared=1_794_999_000,
                salt=sha256(b"salt %d" % number).digest(),
            )
        )
        for number in range(1, size)
    ]
    statements = [genesis_bytes, *claims]
    leaves = [leaf_hash(entry_of(statement)) for statement in statements]
    checkpoint = Checkpoint(size, tree_root(leaves))
    events = _events(genesis, checkpoint)
    chain.mine(3)
    transaction = chain.send(*events)
    block = chain.mine()
    chain.mine(confirmations)
    receipt = sign_receipt(
        SIGNER,
        log=genesis.log,
        entry=entry_of(statements[index]),
        index=index,
        received=1_794_999_001,
        anchor_by=1_795_002_601,
    )
    return Certified(
        certificate=Certificate(
            statement=statements[index],
            genesis=genesis_bytes,
            index=index,
            path=tuple(inclusion_path(index, size, lambda start, end: tree_root(leaves[start:end]))),
            checkpoint=checkpoint,
            anchor=Anchor(WRITER, transaction, len(events) - 1, block.number, block.hash, block.time),
            disclosure=Disclosure(salt=manifest_salt, manifest=manifest),
            witnesses=(Promise(receipt.received, receipt.anchor_by, receipt.signature),),
        ),
        file=FILE,
        chain=chain,
        log=genesis.log,
    )


def fully_verified(world: Certified, certificate: Certificate | None = None, file: bytes | None = FILE) -> Verification:
    """What a verifier answers who brings everything: this or another certificate, this or another file."""
    certificate = world.certificate if certificate is None else certificate
    return verify(certificate, file, world.chain, world.log, compare, ed25519_valid)


def manifest_of(file: bytes) -> bytes:
    """A manifest with one code of 256 bits, which stands for a fingerprint: near where files are the same, else far."""
    return encode({"code": sha256(file).hexdigest()})


def compare(file: bytes, manifest: bytes) -> Likeness:
    """Implements `registry.proof.verify.Codes` for these manifests."""
    fields = Fields(decode_object(manifest), "the manifest")
    code = fields.octets("code", 32)
    fields.done()
    distance = (int.from_bytes(code, "big") ^ int.from_bytes(sha256(file).digest(), "big")).bit_count()
    return Likeness(scheme="test-v1", distance=distance, threshold=31, bits=256, false_match_rate=1e-12)


def _genesis(chain: FakeChain) -> tuple[Genesis, bytes]:
    first = chain.block(0)
    assert first is not None
    genesis = Genesis(
        registry_key=SIGNER.public_key().public_bytes_raw(),
        recovery_key=RECOVERY.public_key().public_bytes_raw(),
        chain_id=chain.chain_id(),
        chain_genesis=first.hash,
        contract=CONTRACT,
        writer=WRITER,
    )
    return genesis, encode_statement(genesis)


def _events(genesis: Genesis, checkpoint: Checkpoint) -> tuple[Event, ...]:
    elsewhere, other_log = bytes.fromhex("ee" * 20), bytes.fromhex("0e" * 32)
    return (
        checkpoint_event(elsewhere, genesis.log, WRITER, checkpoint.size, checkpoint.root),
        checkpoint_event(CONTRACT, other_log, WRITER, checkpoint.size, checkpoint.root),
        checkpoint_event(CONTRACT, genesis.log, WRITER, checkpoint.size, checkpoint.root),
    )
