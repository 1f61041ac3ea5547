"""The page at `/`: static files, and the session for whoever opens it on this machine."""

from pathlib import Path
from typing import Literal

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, HTMLResponse, Response

from api.callers import Running
from api.headers import PAGE_POLICY
from api.session import COOKIE, LIFETIME, LocalSession
from registry.errors import NotFound

router = APIRouter(include_in_schema=False)

STATIC = Path(__file__).parent / "static"

_FILES = {
    "docs.js": "text/javascript",
    "icon.svg": "image/svg+xml",
    "page.css": "text/css",
    "page.js": "text/javascript",
    "verdict.js": "text/javascript",
}


@router.get("/", response_class=HTMLResponse)
def page(request: Request, registry: Running) -> Response:
    """The page that checks a picture."""
    session = request.app.state.session
    cookie = session.issue(request) if isinstance(session, LocalSession) else None
    html = (STATIC / "page.html").read_text(encoding="utf-8")
    html = html.replace("%SESSION%", "no" if cookie is None else "yes")
    html = html.replace("%MAX_BYTES%", str(registry.settings.max_body_bytes))
    answer = HTMLResponse(html, headers=page_headers())
    if cookie is not None:
        same_site: Literal["strict"] = "strict"
        answer.set_cookie(COOKIE, cookie, max_age=LIFETIME, httponly=True, samesite=same_site)
    return answer


@router.get("/static/{name}", response_class=FileResponse)
def static(name: str) -> Response:
    """A file of our own pages."""
    if name not in _FILES:
        raise NotFound("file", name[:40])
    # Revalidated each time: after an upgrade, a page never runs with the script of the version before.
    return FileResponse(STATIC / name, media_type=_FILES[name], headers={"Cache-Control": "no-cache"})


@router.get("/favicon.ico", response_class=FileResponse)
def favicon() -> Response:
    """The icon, where browsers look for it unasked."""
    return FileResponse(STATIC / "icon.svg", media_type="image/svg+xml")


def page_headers(policy: str = PAGE_POLICY) -> dict[str, str]:
    """What our own pages are sent with."""
    return {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
