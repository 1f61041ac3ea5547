"""The local page's session: whoever sits at this machine may check a picture without an API key, and nobody else may.

A browser will send a request to 127.0.0.1 for any site that asks, so a loopback address alone proves nothing. All of
these must hold, and each is there for an attack:

    the client's address is loopback, and no proxy stands between      somebody across the network
    `Host` is 127.0.0.1, localhost or [::1], with this server's port   DNS rebinding: a foreign name that leads here
    `Origin` of a POST is that very host                               a form or script of another site
    a cookie, SameSite=Strict and HttpOnly, signed by this process     a request that no page of ours sent

The session only checks, as nobody in particular, and sees the small pictures of public works.
"""

import hmac
import secrets
from hashlib import sha256
from ipaddress import IPv4Address, IPv6Address, ip_address

from starlette.requests import HTTPConnection

from registry.clock import Clock, Seconds
from registry.errors import KeyMissing, OriginRefused

COOKIE = "originmark_session"
LIFETIME: Seconds = 12 * 3600

_LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
_PROXY_HEADERS = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
_REMEDY = "Open the page at the address that `originmark serve` printed, or send an API key."


class LocalSession:
    """Gives out and recognises the page's session; its secret lives as long as the process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._secret = secrets.token_bytes(32)

    def issue(self, request: HTTPConnection) -> str | None:
        """The cookie's value for whoever opens the page, or None where the page needs an API key."""
        if not _from_here(request) or not _host_is_local(request):
            return None
        expires = self._clock() + LIFETIME
        return f"{expires}.{self._mac(expires, request)}"

    def admit(self, request: HTTPConnection) -> None:
        """Returns where the page's session sent this request; raises KeyMissing or OriginRefused."""
        if not _from_here(request):
            raise KeyMissing
        if not _host_is_local(request):
            raise OriginRefused("This host name is not the local page's.", remedy=_REMEDY)
        cookie, origin = request.cookies.get(COOKIE), request.headers.get("origin")
        if origin is None and cookie is None:
            raise KeyMissing
        # A browser tells the origin of every POST, and of a GET only where another site asks.
        wanted = f"{request.scope['scheme']}://{request.headers['host']}"
        safe = request.scope["method"] in ("GET", "HEAD")
        if origin != wanted and not (safe and origin is None):
            raise OriginRefused("The request comes from another site's page.", remedy=_REMEDY)
        if cookie is None or not self._valid(cookie, request):
            raise KeyMissing

    def _valid(self, cookie: str, request: HTTPConnection) -> bool:
        text, _, mac = cookie.partition(".")
        if not text.isdecimal() or not text.isascii() or len(text) > 12:
            return False
        expires = int(text)
        return self._clock() < expires and hmac.compare_digest(mac.encode(), self._mac(expires, request).encode())

    def _mac(self, expires: Seconds, request: HTTPConnection) -> str:
        # Bound to the host: cookies don't know ports, so that another server on this machine would be sent it as well.
        return hmac.new(self._secret, f"{expires} {request.headers['host']}".encode(), sha256).hexdigest()


def _from_here(request: HTTPConnection) -> bool:
    """Whether the client is this machine itself, and not a proxy that speaks for somebody."""
    if request.client is None or any(name in request.headers for name in _PROXY_HEADERS):
        return False
    try:
        address: IPv4Address | IPv6Address = ip_address(request.client.host)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback


def _host_is_local(request: HTTPConnection) -> bool:
    name, _, port = _split_host(request.headers.get("host", ""))
    server = request.scope.get("server")
    usual = "443" if request.scope["scheme"] == "https" else "80"
    return name in _LOCAL_NAMES and server is not None and (port or usual) == str(server[1])


def _split_host(host: str) -> tuple[str, str, str]:
    if host.startswith("["):
        name, bracket, rest = host.partition("]")
        return name + bracket, ":", rest.removeprefix(":")
    return host.lower().partition(":")
