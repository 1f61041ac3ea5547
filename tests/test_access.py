"""Accounts, keys, and who a caller is."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from registry.access import DEFAULT_ACCOUNT, Access, NewKey
from registry.accounts import Account, AccountId, Scope
from registry.errors import Conflict, InvalidInput, KeyRefused, NotFound, ScopeMissing
from registry.store.access import Accounts
from registry.store.database import Database

NOW = 1_764_000_000


class SetClock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def access(database: Database, clock: SetClock) -> Access:
    return Access(Accounts(database), clock)


@pytest.fixture
def studio(access: Access) -> Account:
    return access.create_account("studio")


def _refused(access: Access, token: str) -> str:
    with pytest.raises(KeyRefused) as refused:
        access.authenticate(token)
    return f"{refused.value} {refused.value.remedy} {refused.value.__cause__}"


def test_a_key_proves_its_account_and_scopes(access: Access, studio: Account, clock: SetClock) -> None:
    new = access.create_key(studio, [Scope.REGISTER, Scope.CHECK], lifetime=60)
    assert re.fullmatch(r"om_[a-z2-7]{12}_[0-9a-f]{32}", new.token)
    caller = access.authenticate(new.token)
    assert caller.account == studio
    assert caller.scopes == {Scope.REGISTER, Scope.CHECK}
    assert access.keys() == [new.key]
    assert (new.key.created, new.key.expires, new.key.revoked) == (NOW, NOW + 60, None)


def test_the_secret_is_kept_nowhere(database: Database, access: Access, studio: Account) -> None:
    new = access.create_key(studio, [Scope.CHECK])
    secret = new.token.rpartition("_")[2]
    found = Accounts(database).key(new.key.id)
    assert found is not None
    key, secret_sha256, _ = found
    assert secret not in repr(key)
    assert len(secret_sha256) == 32
    assert secret not in secret_sha256.hex()
    assert bytes.fromhex(secret) != secret_sha256[:16]


def test_every_key_is_another(access: Access, studio: Account) -> None:
    keys = [access.create_key(studio, [Scope.CHECK]) for _ in range(20)]
    assert len({new.token.split("_")[1] for new in keys}) == len({new.token.split("_")[2] for new in keys}) == 20
    assert access.keys() == sorted((new.key for new in keys), key=lambda key: (key.created, key.id))


def test_all_bad_keys_are_refused_alike(access: Access, studio: Account, clock: SetClock) -> None:
    good, expiring, revoked = (access.create_key(studio, [Scope.CHECK], lifetime=life) for life in (None, 10, None))
    access.authenticate(expiring.token)
    access.revoke_key(revoked.key.id)
    clock.now += 10  # the very second at which it expires
    known, secret = good.token.rpartition("_")[::2]
    other_secret = secret[:-1] + ("0" if secret[-1] != "0" else "1")
    bad = [
        f"{known}_{other_secret}",
        expiring.token,
        revoked.token,
        f"om_aaaaaaaaaaaa_{secret}",
        "",
        "om__",
        good.token.upper(),
        f"{good.token} ",
        f"{good.token}\n",
        f" {good.token}",
        good.token[:-1],
        f"{good.key.id}_{secret}",
        f"{known}_{secret[:-1]}٣",
        "om_\x00",
        "ö" * 1000,
    ]
    assert len({_refused(access, token) for token in bad}) == 1
    access.authenticate(good.token)


def test_a_key_with_another_keys_secret_is_refused(access: Access, studio: Account) -> None:
    one, two = (access.create_key(studio, [Scope.CHECK]).token.split("_") for _ in range(2))
    _refused(access, f"om_{one[1]}_{two[2]}")


def test_a_revoked_key_keeps_the_time_of_its_first_revocation(access: Access, studio: Account, clock: SetClock) -> None:
    new = access.create_key(studio, [Scope.CHECK])
    access.revoke_key(new.key.id)
    clock.now += 5
    access.revoke_key(new.key.id)
    assert access.keys() == [replace(new.key, revoked=NOW)]


def test_an_unknown_key_cannot_be_revoked(access: Access) -> None:
    with pytest.raises(NotFound):
        access.revoke_key("key_aaaaaaaaaaaa")


def test_scopes_are_needed_and_admin_has_them_all(access: Access, studio: Account) -> None:
    registering = access.authenticate(access.create_key(studio, [Scope.REGISTER]).token)
    registering.needs(Scope.REGISTER)
    assert not registering.is_admin
    for scope in (Scope.CHECK, Scope.ADMIN):
        with pytest.raises(ScopeMissing) as missing:
            registering.needs(scope)
        assert missing.value.scope == scope
    admin = access.authenticate(access.create_key(studio, [Scope.ADMIN]).token)
    for scope in Scope:
        admin.needs(scope)
    assert admin.is_admin


@pytest.mark.parametrize(("scopes", "lifetime"), [([], None), ([Scope.CHECK], 0), ([Scope.CHECK], -1)])
def test_a_key_that_could_do_nothing_is_not_made(
    access: Access, studio: Account, scopes: list[Scope], lifetime: int | None
) -> None:
    with pytest.raises(InvalidInput):
        access.create_key(studio, scopes, lifetime)
    assert access.keys() == []


def test_a_name_finds_its_account(access: Access) -> None:
    names = ["a", "Möbel & Söhne", "x" * 80, "🧵", "acc", "ACC_1", "an acc_ount"]
    accounts = [access.create_account(name) for name in names]
    for name, account in zip(names, accounts, strict=True):
        assert account.created == NOW
        assert re.fullmatch(r"acc_[a-z2-7]{20}", account.id)
        assert access.account(name) == access.account(account.id) == account
        with pytest.raises(Conflict):
            access.create_account(name)
    assert sorted(account.name for account in access.accounts()) == sorted(names)


def test_a_name_that_cannot_be_one_is_refused(access: Access) -> None:
    ids = ["acc_", "acc_aaaaaaaaaaaaaaaaaaaa"]
    for name in ("", " ", "x" * 81, "a\nb", "a\x00b", "\x7f", " a", "a ", "a\u00a0", "a\udcff", *ids):
        with pytest.raises(InvalidInput) as refused:
            access.create_account(name)
        assert refused.value.field == "name"
    assert access.accounts() == []


def test_an_unknown_account_is_told_with_how_to_make_it(access: Access) -> None:
    with pytest.raises(NotFound, match="nobody") as unknown:
        access.account("nobody")
    assert "originmark accounts create" in unknown.value.remedy
    with pytest.raises(NotFound):
        access.account_or_default("nobody")


def test_names_are_told_of_those_that_exist(access: Access, studio: Account) -> None:
    other = access.create_account("other")
    assert access.names([studio.id, other.id, studio.id, AccountId("acc_nobody")]) == {
        studio.id: "studio",
        other.id: "other",
    }
    assert access.names([]) == {}
    assert access.accounts() == [other, studio]


def test_the_default_account_is_made_once(access: Access, studio: Account) -> None:
    assert access.account_or_default("studio") == studio
    barrier = threading.Barrier(8)

    def first(_: int) -> Account:
        barrier.wait()
        return access.account_or_default(None)

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(first, range(8)))
    assert len(set(made)) == 1
    assert made[0].name == DEFAULT_ACCOUNT
    assert access.account_or_default(None) == made[0]


def test_keys_of_all_accounts_are_listed_the_oldest_first(access: Access, studio: Account, clock: SetClock) -> None:
    made: list[NewKey] = []
    for account in (studio, access.create_account("other"), studio):
        made.append(access.create_key(account, list(Scope)))
        clock.now += 1
    assert access.keys() == [new.key for new in made]
