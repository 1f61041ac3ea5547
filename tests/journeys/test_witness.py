"""A witness held against an operator who shows two people two histories."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from filelock import FileLock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.errors import Busy, PublicLogRefused, PublicLogUnavailable, StoreError
from registry.log.cosignature import cosigned_at
from registry.log.head import read_head
from registry.log.names import TileName
from registry.log.public import FolderPrefix, PublicLog
from registry.proof.receipt import ed25519_valid
from registry.witness import Cosigned, Refusal, Refused, Witness
from tests.log.public_world import SIGNER, PublicWorld, hash_of

NAME, NOW = "witness.example/w1", 1_796_000_000
KEY = Ed25519PrivateKey.from_private_bytes(b"witness".ljust(32))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(b"another".ljust(32))


class Scene:
    """An operator who keeps two logs under one name and key, and a witness who is shown either."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        for name in ("one", "two"):
            (directory / name).mkdir()
        self.one = PublicWorld(directory / "one", "one")
        self.two = PublicWorld(directory / "two", "two")
        assert self.one.log_id == self.two.log_id
        self.state = directory / "state.note"

    def shown(self, world: PublicWorld) -> PublicLog:
        """What somebody sees who is sent there now."""
        folder = self.directory / f"public {world.seed}"
        world.export(folder)
        return PublicLog(FolderPrefix(folder))

    def witness(self, world: PublicWorld, key: Ed25519PrivateKey = KEY, name: str = NAME) -> Cosigned | Refused:
        made = Witness(name=name, key=key, state=self.state, clock=lambda: NOW)
        return made.witness(self.shown(world), world.log_id)

    def close(self) -> None:
        self.one.close()
        self.two.close()


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    yield made
    made.close()


def test_a_log_that_only_grows_is_cosigned_at_each_size(scene: Scene) -> None:
    before = None
    for size in (1, 2, 200, 256, 257, 700, 1_025):
        scene.one.grown(size) if size > 1 else scene.one.anchor()
        found = scene.witness(scene.one)
        assert isinstance(found, Cosigned)
        assert (found.checkpoint.size, found.time) == (size, NOW)
        assert (None if found.before is None else found.before.size) == before
        before = size
        key, registry = KEY.public_key().public_bytes_raw(), SIGNER.public_key().public_bytes_raw()
        assert cosigned_at(
            found.note, name=NAME, public_key=key, verify=lambda sig, msg, key=key: ed25519_valid(key, sig, msg)
        )
        read = read_head(
            found.note, scene.one.log_id, registry, lambda sig, msg, key=registry: ed25519_valid(key, sig, msg)
        )
        assert read == found.checkpoint
        assert scene.state.read_text("utf-8") == found.note


def test_the_same_checkpoint_is_cosigned_again(scene: Scene) -> None:
    scene.one.grown(5)
    first, again = scene.witness(scene.one), scene.witness(scene.one)
    assert isinstance(again, Cosigned)
    assert again.before == again.checkpoint
    assert first != again


@pytest.mark.parametrize(
    ("seen", "shown", "why"),
    [(300, 300, Refusal.SPLIT), (300, 700, Refusal.INCONSISTENT), (256, 512, Refusal.INCONSISTENT)],
)
def test_a_split_view_is_refused_and_both_notes_are_kept(scene: Scene, seen: int, shown: int, why: Refusal) -> None:
    scene.one.grown(seen)
    scene.two.grown(shown)
    first = scene.witness(scene.one)
    assert isinstance(first, Cosigned)
    refused = scene.witness(scene.two)
    assert isinstance(refused, Refused)
    assert (refused.why, refused.seen.size, refused.shown.size) == (why, seen, shown)
    evidence = refused.evidence.read_text("utf-8")
    assert first.note in evidence
    assert (scene.directory / "public two" / "checkpoint").read_text("utf-8") in evidence
    assert scene.state.read_text("utf-8") == first.note, "it remembers the first"
    # The same lie again is the same piece of evidence; the honest log is cosigned as before.
    again = scene.witness(scene.two)
    assert isinstance(again, Refused)
    assert again.evidence == refused.evidence
    scene.one.grown(seen + 500)
    assert isinstance(scene.witness(scene.one), Cosigned)


def test_a_smaller_log_is_refused(scene: Scene) -> None:
    scene.two.grown(40)
    scene.one.grown(41)
    assert isinstance(scene.witness(scene.one), Cosigned)
    refused = scene.witness(scene.two)
    assert isinstance(refused, Refused)
    assert refused.why is Refusal.SMALLER
    assert refused.evidence.exists()


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sizes=st.lists(st.integers(2, 800), min_size=2, max_size=5, unique=True).map(sorted))
def test_any_growth_is_cosigned_and_any_fork_of_it_refused(
    sizes: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    scene = Scene(tmp_path_factory.mktemp("scene"))
    for size in sizes:
        scene.one.grown(size)
        assert isinstance(scene.witness(scene.one), Cosigned)
    scene.two.grown(sizes[-1] + 3)
    assert isinstance(scene.witness(scene.two), Refused)
    scene.close()


def test_tiles_that_are_missing_or_wrong_are_never_cosigned(scene: Scene) -> None:
    scene.one.grown(300)
    scene.witness(scene.one)
    scene.one.grown(600)
    public, tile = scene.shown(scene.one), scene.directory / "public one" / TileName(0, 1).path
    made = Witness(name=NAME, key=KEY, state=scene.state, clock=lambda: NOW)
    held = tile.read_bytes()
    tile.write_bytes(held[:-32] + b"x" * 32)
    refused = made.witness(public, scene.one.log_id)
    assert isinstance(refused, Refused)
    assert refused.why is Refusal.INCONSISTENT
    tile.unlink()
    with pytest.raises(PublicLogUnavailable):
        made.witness(public, scene.one.log_id)
    tile.write_bytes(held)
    assert isinstance(made.witness(public, scene.one.log_id), Cosigned)


def test_a_note_that_the_registry_didn_t_sign_is_never_cosigned(scene: Scene) -> None:
    scene.one.grown(5)
    public = scene.shown(scene.one)
    path = scene.directory / "public one" / "checkpoint"
    path.write_text(path.read_text("utf-8").replace("\n5\n", "\n6\n"), "utf-8")
    made = Witness(name=NAME, key=KEY, state=scene.state, clock=lambda: NOW)
    with pytest.raises(PublicLogRefused):
        made.witness(public, scene.one.log_id)
    with pytest.raises(PublicLogRefused):
        made.witness(public, hash_of("another log"))
    assert not scene.state.exists()


@pytest.mark.parametrize("damage", ["", "\udcff", "a note of mine\n"])
def test_a_memory_that_was_damaged_is_no_memory(scene: Scene, damage: str) -> None:
    scene.one.grown(5)
    scene.state.write_bytes(damage.encode("utf-8", "surrogateescape"))
    with pytest.raises(StoreError, match="isn't what this witness kept"):
        scene.witness(scene.one)


def test_the_memory_of_another_witness_is_no_memory(scene: Scene) -> None:
    scene.one.grown(5)
    scene.witness(scene.one)
    for key, name in ((OTHER_KEY, NAME), (KEY, "another.example")):
        with pytest.raises(StoreError, match="isn't what this witness kept"):
            scene.witness(scene.one, key, name)


def test_two_runs_at_once_are_one(scene: Scene) -> None:
    scene.one.grown(5)
    with FileLock(f"{scene.state}.lock"), pytest.raises(Busy):
        scene.witness(scene.one)


def test_where_nothing_can_be_kept_nothing_is_signed(scene: Scene) -> None:
    scene.one.grown(5)
    scene.state.mkdir()
    with pytest.raises(StoreError, match="can't keep"):
        scene.witness(scene.one)
