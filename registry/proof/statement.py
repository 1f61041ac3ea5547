"""Statements: the canonical bytes that the log commits to, and the hashes made of them.

    entry    = SHA-256("originmark/v1" ‖ 0x00 ‖ statement bytes)       32 bytes, all that the log stores
    registry = SHA-256("originmark/registry/v1" ‖ 0x00 ‖ registry key ‖ recovery key ‖ hash of the chain's block 0)
    log      = SHA-256(chain id ‖ contract ‖ first writer ‖ registry)  each left-padded to 32 bytes, as abi.encode does

Each statement names the log it is for, so that it can't be replayed in another. A claim's salt hides it: who doesn't
know the salt can't test a guess against the public entry, and erasing it leaves 32 bytes that mean nothing.
"""

from dataclasses import dataclass
from hashlib import sha256

from registry.proof.canonical import Json, decode_object, encode
from registry.proof.errors import Malformed
from registry.proof.fields import Fields

ENTRY_TAG = b"originmark/v1\0"
REGISTRY_TAG = b"originmark/registry/v1\0"
SALT_BYTES = 32


@dataclass(frozen=True, slots=True)
class Genesis:
    """Entry 0: who keeps the log, and where. All of it hashes to the log's id, so the id pins all of it.

    `registry_key` and `recovery_key` are Ed25519 public keys (32 bytes), `contract` and `writer` addresses (20 bytes),
    `chain_genesis` the hash of the chain's block 0.
    """

    registry_key: bytes
    recovery_key: bytes
    chain_id: int
    chain_genesis: bytes
    contract: bytes
    writer: bytes

    @property
    def log(self) -> bytes:
        """The log's id, as the contract computes it."""
        registry = registry_id(self.registry_key, self.recovery_key, self.chain_genesis)
        return log_id(self.chain_id, self.contract, self.writer, registry)


@dataclass(frozen=True, slots=True)
class Claimant:
    """Who declares: the account's id and the name it went by."""

    account: str
    name: str


@dataclass(frozen=True, slots=True)
class Claim:
    """`claimant` declares, in `role`, to stand behind a file. It says what was declared and never who owns.

    `fingerprints` commits to the fingerprint manifest (`manifest_commitment`); `declaration` is the version of the text
    agreed to; `previous` the entry of an earlier version; `declared` the registry's clock, which proves nothing.
    """

    log: bytes
    file_sha256: bytes
    file_size: int
    media_type: str
    fingerprints: bytes
    claimant: Claimant
    role: str
    declaration: str
    previous: bytes | None
    declared: int
    salt: bytes


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A claimant takes a claim back: from then on the work isn't matched. `claim` is its entry; `declared` as there.

    The claim itself stays provable: that it was made is a fact, and a log can't forget.
    """

    log: bytes
    claim: bytes
    declared: int
    salt: bytes


@dataclass(frozen=True, slots=True)
class Unknown:
    """A statement of a type that this code doesn't know: kept whole, so that it survives a round trip."""

    type: str
    log: bytes
    data: bytes


Statement = Genesis | Claim | Withdrawal | Unknown


def encode_statement(statement: Statement) -> bytes:
    """The canonical bytes of a statement."""
    match statement:
        case Genesis():
            return encode(
                {
                    "type": "genesis",
                    "log": statement.log.hex(),
                    "registry_key": statement.registry_key.hex(),
                    "recovery_key": statement.recovery_key.hex(),
                    "chain_id": statement.chain_id,
                    "chain_genesis": statement.chain_genesis.hex(),
                    "contract": statement.contract.hex(),
                    "writer": statement.writer.hex(),
                }
            )
        case Claim():
            claimant: Json = {"account": statement.claimant.account, "name": statement.claimant.name}
            file: Json = {
                "sha256": statement.file_sha256.hex(),
                "size": statement.file_size,
                "media_type": statement.media_type,
            }
            return encode(
                {
                    "type": "claim",
                    "log": statement.log.hex(),
                    "file": file,
                    "fingerprints": statement.fingerprints.hex(),
                    "claimant": claimant,
                    "role": statement.role,
                    "declaration": statement.declaration,
                    "previous": None if statement.previous is None else statement.previous.hex(),
                    "declared": statement.declared,
                    "salt": statement.salt.hex(),
                }
            )
        case Withdrawal():
            return encode(
                {
                    "type": "withdrawal",
                    "log": statement.log.hex(),
                    "claim": statement.claim.hex(),
                    "declared": statement.declared,
                    "salt": statement.salt.hex(),
                }
            )
        case Unknown():
            return statement.data


def parse_statement(data: bytes) -> Statement:
    """The statement in these canonical bytes; raises Malformed for any that encode_statement wouldn't give."""
    value = decode_object(data)
    fields = Fields(value, "the statement")
    kind = fields.text("type")
    log = fields.octets("log", 32)
    match kind:
        case "genesis":
            genesis = Genesis(
                registry_key=fields.octets("registry_key", 32),
                recovery_key=fields.octets("recovery_key", 32),
                chain_id=fields.number("chain_id"),
                chain_genesis=fields.octets("chain_genesis", 32),
                contract=fields.octets("contract", 20),
                writer=fields.octets("writer", 20),
            )
            fields.done()
            if genesis.log != log:
                raise Malformed("the genesis statement doesn't hash to the log it names")
            return genesis
        case "claim":
            return _parse_claim(fields, log)
        case "withdrawal":
            withdrawal = Withdrawal(
                log=log,
                claim=fields.octets("claim", 32),
                declared=fields.number("declared"),
                salt=fields.octets("salt", SALT_BYTES),
            )
            fields.done()
            return withdrawal
        case _:
            return Unknown(type=kind, log=log, data=data)


def _parse_claim(fields: Fields, log: bytes) -> Claim:
    file = fields.inner("file")
    claimant = fields.inner("claimant")
    claim = Claim(
        log=log,
        file_sha256=file.octets("sha256", 32),
        file_size=file.number("size"),
        media_type=file.text("media_type"),
        fingerprints=fields.octets("fingerprints", 32),
        claimant=Claimant(account=claimant.text("account"), name=claimant.text("name")),
        role=fields.text("role"),
        declaration=fields.text("declaration"),
        previous=fields.octets_or_none("previous", 32),
        declared=fields.number("declared"),
        salt=fields.octets("salt", SALT_BYTES),
    )
    for taken in (file, claimant, fields):
        taken.done()
    return claim


def entry_of(statement: bytes) -> bytes:
    """The log's entry for a statement's bytes."""
    return sha256(ENTRY_TAG + statement).digest()


def registry_id(registry_key: bytes, recovery_key: bytes, chain_genesis: bytes) -> bytes:
    """What the contract is told: a hash over the registry's public keys, and the block 0 that it can't know itself."""
    return sha256(REGISTRY_TAG + registry_key + recovery_key + chain_genesis).digest()


def log_id(chain_id: int, contract: bytes, writer: bytes, registry: bytes) -> bytes:
    """The id that `CheckpointLog.open(registry)` gives when `writer` calls it, known before it is sent."""
    words = (chain_id.to_bytes(32, "big"), contract.rjust(32, b"\0"), writer.rjust(32, b"\0"), registry)
    return sha256(b"".join(words)).digest()


def manifest_commitment(salt: bytes, manifest: bytes) -> bytes:
    """Commits to a fingerprint manifest without showing it: fingerprints can be inverted to a rough picture."""
    return sha256(salt + manifest).digest()
