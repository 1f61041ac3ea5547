"""Accounts and API keys."""

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, or_, select

from registry.accounts import Account, AccountId, ApiKey, KeyId, Scope
from registry.clock import Seconds
from registry.store.database import Database
from registry.store.tables import AccountRow, ApiKeyRow


class Accounts:
    """Keeps accounts and keys."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, account: Account) -> bool:
        """Adds an account; False where the name is taken."""
        try:
            with self._database.write() as session:
                session.add(AccountRow(id=account.id, name=account.name, created=account.created))
        except IntegrityError:
            return False
        return True

    def named(self, name: str) -> Account | None:
        """The account with this name or id."""
        with self._database.read() as session:
            query = select(AccountRow).where(or_(AccountRow.name == name, AccountRow.id == name))
            # A name may not look like an id, so at most one row answers.
            row = session.exec(query).first()
            return None if row is None else _account(row)

    def all(self) -> list[Account]:
        """Every account, by name."""
        with self._database.read() as session:
            return [_account(row) for row in session.exec(select(AccountRow).order_by(col(AccountRow.name)))]

    def by_ids(self, ids: set[AccountId]) -> dict[AccountId, Account]:
        """Those of the accounts that exist."""
        with self._database.read() as session:
            rows = session.exec(select(AccountRow).where(col(AccountRow.id).in_(ids)))
            return {AccountId(row.id): _account(row) for row in rows}

    def add_key(self, key: ApiKey, secret_sha256: bytes) -> None:
        """Adds a key."""
        with self._database.write() as session:
            session.add(
                ApiKeyRow(
                    id=key.id,
                    account=key.account,
                    secret_sha256=secret_sha256,
                    scopes=" ".join(sorted(key.scopes)),
                    created=key.created,
                    expires=key.expires,
                    revoked=key.revoked,
                )
            )

    def key(self, key: KeyId) -> tuple[ApiKey, bytes, Account] | None:
        """A key, its secret's SHA-256 and its account."""
        with self._database.read() as session:
            query = select(ApiKeyRow, AccountRow).join(AccountRow).where(ApiKeyRow.id == key)
            found = session.exec(query).first()
            if found is None:
                return None
            row, account = found
            return _key(row), row.secret_sha256, _account(account)

    def keys(self) -> list[ApiKey]:
        """Every key, the oldest first."""
        with self._database.read() as session:
            return [
                _key(row) for row in session.exec(select(ApiKeyRow).order_by(col(ApiKeyRow.created), col(ApiKeyRow.id)))
            ]

    def revoke(self, key: KeyId, now: Seconds) -> bool:
        """Revokes a key from now on; False where there is none. An earlier revocation keeps its time."""
        with self._database.write() as session:
            row = session.get(ApiKeyRow, key)
            if row is None:
                return False
            row.revoked = now if row.revoked is None else row.revoked
            session.add(row)
            return True


def _account(row: AccountRow) -> Account:
    return Account(id=AccountId(row.id), name=row.name, created=row.created)


def _key(row: ApiKeyRow) -> ApiKey:
    return ApiKey(
        id=KeyId(row.id),
        account=AccountId(row.account),
        scopes=frozenset(Scope(scope) for scope in row.scopes.split()),
        created=row.created,
        expires=row.expires,
        revoked=row.revoked,
    )
