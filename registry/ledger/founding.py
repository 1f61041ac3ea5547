"""Founding a registry on a chain, once: a contract, a log of its own, and entry 0 that names both.

1. the contract: given by address, or deployed   2. the log, opened under an id that is known beforehand
3. the genesis statement, as entry 0

Each step is saved before it is sent. Crash anywhere: the next start goes on where this one stopped.
"""

from collections.abc import Callable, Sequence

from contracts import checkpoint_log
from registry.clock import Clock
from registry.errors import RpcUnavailable, WrongChain
from registry.keyring import Keyring
from registry.ledger.client import Client
from registry.ledger.reader import JsonRpcReader
from registry.ledger.sender import Sender
from registry.proof.chain import ChainReader, ChainUnavailable
from registry.proof.statement import Genesis, registry_id
from registry.store.ledger import Identity, LedgerStore


def found(
    store: LedgerStore,
    sender: Sender,
    client: Client,
    keyring: Keyring,
    contract: bytes | None,
    clock: Clock,
    wait: Callable[[float], None],
) -> Identity:
    """The registry's identity, founded on this chain. `contract` is an address (20 bytes), or None to deploy one."""
    # 1. the contract: given by address, or deployed
    if contract is None:
        deployed = sender.settle("deploy", client.deployment(), wait)
        contract = client.created(deployed.hash)
    if client.code(contract) != checkpoint_log().deployed_bytecode:
        raise WrongChain(
            f"There is no CheckpointLog of this version at 0x{contract.hex()}.",
            remedy="Leave ORIGINMARK_CONTRACT unset to deploy one.",
        )
    # 2. the log, opened under an id that is known beforehand
    chain_id, chain_genesis = chain_of(JsonRpcReader(client.request))
    registry = registry_id(keyring.registry_public, keyring.recovery_public, chain_genesis)
    sender.settle("open", client.calling(contract, "open", registry), wait)
    # 3. the genesis statement, as entry 0
    genesis = Genesis(
        registry_key=keyring.registry_public,
        recovery_key=keyring.recovery_public,
        chain_id=chain_id,
        chain_genesis=chain_genesis,
        contract=contract,
        writer=client.writer,
    )
    return store.found(genesis, clock())


def check_chain(identity: Identity, readers: Sequence[ChainReader]) -> None:
    """Raises WrongChain unless every node that answers is on the chain that the registry was founded on.

    Raises RpcUnavailable where none does.
    """
    expected, silent = identity.genesis, []
    for reader in readers:
        try:
            chain_id, chain_genesis = chain_of(reader)
        except RpcUnavailable as error:
            silent.append(error)
            continue
        if (chain_id, chain_genesis) != (expected.chain_id, expected.chain_genesis):
            raise WrongChain(
                f"An endpoint serves chain {chain_id} with genesis {chain_genesis.hex()[:16]}…; this registry was "
                f"founded on chain {expected.chain_id} with genesis {expected.chain_genesis.hex()[:16]}…"
            )
    if len(silent) == len(readers):
        raise silent[-1]


def check_contract(identity: Identity, client: Client) -> None:
    """Raises WrongChain where the registry's contract isn't on the chain: a chain that began anew may look the same."""
    contract = identity.genesis.contract
    if client.code(contract) != checkpoint_log().deployed_bytecode:
        raise WrongChain(f"The chain doesn't have this registry's contract at 0x{contract.hex()}: did it begin anew?")


def chain_of(reader: ChainReader) -> tuple[int, bytes]:
    """The chain's id and the hash of its block 0."""
    try:
        first = reader.block(0)
        if first is None:
            raise RpcUnavailable("The endpoint has no block 0.")
        return reader.chain_id(), first.hash
    except ChainUnavailable as error:
        raise RpcUnavailable(str(error)) from error
