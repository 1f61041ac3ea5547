"""`/docs`: the OpenAPI page, from files that ship with a pinned package, so that no foreign host is asked for them."""

from importlib.resources import files

from fastapi import APIRouter
from fastapi_swagger import resources  # type: ignore[import-untyped]
from starlette.responses import HTMLResponse, Response

from api.headers import PAGE_POLICY
from api.page import STATIC, page_headers
from registry.errors import NotFound

router = APIRouter(include_in_schema=False)

_POLICY = PAGE_POLICY.replace("img-src 'self' blob:", "img-src 'self' data:; style-src 'self' 'unsafe-inline'")
"""Swagger UI draws its icons from data URIs and writes a style element of its own."""

_FILES = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}


@router.get("/docs", response_class=HTMLResponse)
def docs() -> Response:
    """Every route, to read and to try."""
    return HTMLResponse((STATIC / "docs.html").read_text(encoding="utf-8"), headers=page_headers(_POLICY))


@router.get("/docs/{name}", response_class=Response)
def asset(name: str) -> Response:
    """A file of Swagger UI."""
    if name not in _FILES:
        raise NotFound("file", name[:40])
    content = files(resources).joinpath(name).read_bytes()
    return Response(content, media_type=_FILES[name], headers={"Cache-Control": "public, max-age=3600"})
