"""The vault: what was sealed opens for the same work and purpose, with the same key, untouched; and never else."""

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.blobs.store import blob_id
from registry.blobs.vault import OVERHEAD, Purpose, Vault, key_name
from registry.errors import BlobDamaged, BlobLocked
from registry.works import WorkId

KEY, OTHER, THIRD = (bytes([number]) * 32 for number in range(3))
WORK = WorkId("wrk_aaaaaaaaaaaaaaaaaaaa")

keys = st.binary(min_size=32, max_size=32)
purposes = st.sampled_from(Purpose)
works = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=20, max_size=20).map(lambda name: WorkId(f"wrk_{name}"))


@given(st.lists(keys, min_size=1, max_size=4), st.binary(max_size=300), purposes, works)
def test_what_was_sealed_opens(all_keys: list[bytes], data: bytes, purpose: Purpose, work: WorkId) -> None:
    vault = Vault(all_keys)
    sealed = vault.seal(data, purpose, work)
    assert len(sealed) == len(data) + OVERHEAD
    assert vault.open(sealed, purpose, work) == data


@given(st.binary(max_size=100), purposes, works, st.data())
def test_one_flipped_bit_fails(data: bytes, purpose: Purpose, work: WorkId, more: st.DataObject) -> None:
    vault = Vault([KEY])
    sealed = bytearray(vault.seal(data, purpose, work))
    bit = more.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises((BlobDamaged, BlobLocked), match=blob_id(bytes(sealed))):
        vault.open(bytes(sealed), purpose, work)


def test_every_bit_counts() -> None:
    vault = Vault([KEY])
    sealed = vault.seal(b"pixels", Purpose.RASTER, WORK)
    for bit in range(len(sealed) * 8):
        flipped = bytearray(sealed)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises((BlobDamaged, BlobLocked)):
            vault.open(bytes(flipped), Purpose.RASTER, WORK)


@given(st.binary(max_size=100), st.data())
def test_cut_or_lengthened_it_fails(data: bytes, more: st.DataObject) -> None:
    vault = Vault([KEY])
    sealed = vault.seal(data, Purpose.RASTER, WORK)
    cut = sealed[: more.draw(st.integers(0, len(sealed) - 1))]
    for wrong in (cut, sealed + b"\0", sealed[1:]):
        with pytest.raises(BlobDamaged):
            vault.open(wrong, Purpose.RASTER, WORK)


@given(st.binary(), purposes, works, works)
def test_it_opens_for_its_own_work_and_purpose_only(data: bytes, purpose: Purpose, work: WorkId, other: WorkId) -> None:
    vault = Vault([KEY])
    sealed = vault.seal(data, purpose, work)
    elsewhere = [(another, work) for another in Purpose if another != purpose]
    elsewhere += [(purpose, other)] if other != work else []
    for wrong in elsewhere:
        with pytest.raises(BlobDamaged):
            vault.open(sealed, *wrong)


@given(st.binary())
def test_another_key_does_not_open_it_and_the_missing_one_is_named(data: bytes) -> None:
    sealed = Vault([KEY]).seal(data, Purpose.RASTER, WORK)
    with pytest.raises(BlobLocked, match=key_name(KEY).hex()) as locked:
        Vault([OTHER, THIRD]).open(sealed, Purpose.RASTER, WORK)
    assert "ORIGINMARK_BLOB_KEY" in locked.value.remedy
    assert KEY.hex() not in f"{locked.value} {locked.value.remedy}"


def test_a_forged_key_name_does_not_help() -> None:
    sealed = Vault([KEY]).seal(b"pixels", Purpose.RASTER, WORK)
    renamed = sealed.replace(key_name(KEY), key_name(OTHER))
    with pytest.raises(BlobDamaged):
        Vault([KEY, OTHER]).open(renamed, Purpose.RASTER, WORK)


def test_keys_are_changed_by_putting_a_new_one_first() -> None:
    old = Vault([KEY]).seal(b"old", Purpose.RASTER, WORK)
    both = Vault([OTHER, KEY])
    new = both.seal(b"new", Purpose.RASTER, WORK)
    assert both.open(old, Purpose.RASTER, WORK) == b"old"
    assert Vault([OTHER]).open(new, Purpose.RASTER, WORK) == b"new"
    with pytest.raises(BlobLocked):
        Vault([KEY]).open(new, Purpose.RASTER, WORK)


def test_equal_pictures_do_not_look_equal() -> None:
    vault = Vault([KEY])
    sealed = {vault.seal(b"the same" * 100, Purpose.RASTER, WORK) for _ in range(50)}
    assert len(sealed) == 50
    assert len({one[12:24] for one in sealed}) == 50
    assert not any(b"the same" in one for one in sealed)


def test_a_blob_sealed_by_the_first_version_opens() -> None:
    # Made without the vault, of an AES-256 in GCM and a SHA-256, after the layout that the module tells.
    sealed = bytes.fromhex(
        "4f4d42017085ba535892106c000102030405060708090a0bf8a24b376c8ebb68405df751e0b1e98b67f144e663fe"
    )
    assert Vault([KEY]).open(sealed, Purpose.ORIGINAL, WORK) == b"pixels"


@pytest.mark.parametrize("wrong", [[], [b""], [b"k" * 16], [b"k" * 33], [b"k" * 32, b"k" * 31]])
def test_a_vault_needs_keys_of_their_length(wrong: list[bytes]) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Vault(wrong)


def test_no_key_shows() -> None:
    key = secrets.token_bytes(32)
    vault = Vault([key])
    for shown in (repr(vault), str(vault), f"{vault}"):
        assert key.hex() not in shown
        assert repr(key) not in shown
