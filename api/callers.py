"""Who asks: what every route begins with.

An API key comes as `Authorization: Bearer`. Where the page's session is good enough, a request without a key may have
that instead. A key that is sent must be good, even where the session alone would do.
"""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.session import LocalSession
from registry.access import Caller
from registry.accounts import Scope, Viewer
from registry.assemble import Registry
from registry.errors import KeyMissing


def _registry(request: Request) -> Registry:
    registry = request.app.state.registry
    assert isinstance(registry, Registry)  # noqa: S101 - create_app puts it there
    return registry


Running = Annotated[Registry, Depends(_registry)]
"""The registry that this app serves."""


_BEARER = HTTPBearer(auto_error=False, description="An API key, as `originmark keys create` makes them.")
Token = Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]


def _keyed(token: Token, registry: Running) -> Caller:
    if token is None:
        raise KeyMissing
    return registry.access.authenticate(token.credentials)


Keyed = Annotated[Caller, Depends(_keyed)]
"""Whoever holds a good key, whatever its scopes."""


def _may_register(caller: Keyed) -> Caller:
    caller.needs(Scope.REGISTER)
    return caller


def _may_check(caller: Keyed) -> Caller:
    caller.needs(Scope.CHECK)
    return caller


MayRegister = Annotated[Caller, Depends(_may_register)]
"""Whoever holds a key with the scope `register`."""

MayCheck = Annotated[Caller, Depends(_may_check)]
"""Whoever holds a key with the scope `check`."""


def _looker(request: Request, token: Token, registry: Running) -> Viewer:
    return _page(request) if token is None else viewer_of(_keyed(token, registry))


def _checker(request: Request, token: Token, registry: Running) -> Viewer:
    return _page(request) if token is None else viewer_of(_may_check(_keyed(token, registry)))


Looker = Annotated[Viewer, Depends(_looker)]
"""Any good key, or the local page."""

Checker = Annotated[Viewer, Depends(_checker)]
"""A key with the scope `check`, or the local page."""


def viewer_of(caller: Caller) -> Viewer:
    """What this caller may know of."""
    return Viewer(account=caller.account.id, everything=caller.is_admin)


def _page(request: Request) -> Viewer:
    session = request.app.state.session
    if not isinstance(session, LocalSession):
        raise KeyMissing
    session.admit(request)
    return Viewer(account=None)
