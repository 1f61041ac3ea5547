"""Every moment of a registry's life, on both databases and both kinds of chain: killed there, or the call lost.

    python -m tests.faults.moments [--every 1]

After each fault a second process goes on to the end, and an auditor looks. Prints a row for each world.
"""

import argparse
import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from secrets import token_hex

from eth_account import Account

from registry.keyring import open_keyring
from tests import anvil, postgres
from tests.contracts.toolchain import install
from tests.faults.broken import sound
from tests.faults.look import look
from tests.faults.steps import KILLED, Fault, MakeSender, Moments, Place, ask, live

PATIENCE = 120


@dataclass
class World:
    """A database and a chain that lives take place on, each in a corner of its own."""

    scratch: Path
    server: postgres.Server | None
    rpc: str | None
    numbers: Iterator[int] = field(default_factory=count)

    @property
    def name(self) -> str:
        """What it's called in tables."""
        return f"{'SQLite' if self.server is None else 'PostgreSQL'}, {'anvil' if self.rpc else 'embedded chain'}"

    def place(self) -> Place:
        """A new corner, with a funded key."""
        number = next(self.numbers)
        directory = self.scratch / str(number)
        directory.mkdir()
        url = f"sqlite:///{directory / 'registry.sqlite'}"
        if self.server is not None:
            database = f"life_{token_hex(8)}"
            self.server.execute(f"CREATE DATABASE {database}")
            url = self.server.url(database)
        if self.rpc is not None:
            address = Account.from_key(open_keyring(directory / "keys").writer_secret).address
            ask(self.rpc, "anvil_setBalance", [address, hex(10**20)])
        return Place(directory, url, self.rpc)


@dataclass
class Told:
    """What came of the runs of one world; `wrong` names each moment after which something was."""

    world: str
    moments: int = 0
    kills: int = 0
    losses: int = 0
    wrong: list[str] = field(default_factory=list)


def main() -> int:
    """All worlds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1, help="Only every so-manieth moment.")
    options = parser.parse_args()
    failed = False
    with worlds() as several:
        for world in several:
            started = time.monotonic()
            told = torment(world, every=options.every)
            failed |= bool(told.wrong)
            what = "; ".join(told.wrong) or "nothing lost, nothing doubled"
            print(
                f"| {told.world} | {told.moments} | {told.kills} | {told.losses} | {what} "
                f"| {time.monotonic() - started:.0f} s |",
                flush=True,
            )
    return int(failed)


@contextmanager
def worlds() -> Iterator[list[World]]:
    """The four worlds, their servers running."""
    with ExitStack() as running:
        server = running.enter_context(postgres.started())
        node = running.enter_context(anvil.started(install().anvil, slots_in_an_epoch=1))
        corners = [
            (database, rpc, Path(running.enter_context(tempfile.TemporaryDirectory())))
            for database in (None, server)
            for rpc in (None, node.url)
        ]
        yield [World(corner, database, rpc, count(1000 * at)) for at, (database, rpc, corner) in enumerate(corners)]


def torment(world: World, *, every: int = 1, make_sender: MakeSender = sound, until_wrong: bool = False) -> Told:
    """A life for each moment and fault; `until_wrong` ends with the first after which something is wrong."""
    names = _names(world.place())
    told = Told(world.name, moments=len(names))
    for fault in Fault:
        for at in range(1, len(names) + 1, every):
            if until_wrong and told.wrong:
                return told
            if fault is Fault.LOSE and not names[at - 1].startswith("call"):
                continue
            place = world.place()
            status = _lived(place, Moments(at, fault), make_sender)
            if status == KILLED:
                told.kills += 1
                status = _lived(place, Moments(), make_sender)
            told.losses += fault is Fault.LOSE
            wrong = [f"it ended with {status}: {_last_words(place)}"] if status else look(place)
            told.wrong += [f"{fault} at {at} ({names[at - 1]}): {each}" for each in wrong]
    return told


def _names(place: Place) -> list[str]:
    """What the moments of an undisturbed life are."""
    told = place.directory / "moments"
    status = _lived(place, Moments(), sound, told)
    wrong = look(place)
    if status or wrong:
        raise AssertionError(f"an undisturbed life ended with {status}: {wrong}")
    return told.read_text().splitlines()


def _lived(place: Place, moments: Moments, make_sender: MakeSender, told: Path | None = None) -> int:
    """One process's exit status: 0 at the end of the life, KILLED at its moment, 1 with a trace for all else."""
    pid = os.fork()
    if pid:
        return _waited(pid)
    try:
        live(place, moments, make_sender)
        if told is not None:
            told.write_text("\n".join(moments.names))
        os._exit(0)
    except BaseException:  # noqa: BLE001 - a child of fork ends here, whatever happens
        (place.directory / "trace").write_text(traceback.format_exc())
        os._exit(1)


def _last_words(place: Place) -> str:
    trace = place.directory / "trace"
    return trace.read_text().strip().rpartition("\n")[2] if trace.exists() else "without a word"


def _waited(pid: int) -> int:
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return -signal.SIGKILL


if __name__ == "__main__":
    sys.exit(main())
