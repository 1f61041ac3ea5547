"""`/problems/…`: the types of problems are URIs, and each answers with what it means."""

from html import escape

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from api.page import STATIC, page_headers
from api.problems import ALL
from registry.errors import NotFound

router = APIRouter(prefix="/problems", tags=["problems"])


@router.get("/{slug}", response_class=HTMLResponse)
def explain(slug: str) -> Response:
    """What a type of problem means."""
    problem = ALL.get(slug)
    if problem is None:
        raise NotFound("problem", slug[:40])
    html = (STATIC / "problem.html").read_text(encoding="utf-8")
    for mark, text in (
        ("%TITLE%", problem.title),
        ("%STATUS%", str(problem.status)),
        ("%MEANING%", problem.meaning),
        ("%TYPE%", problem.type),
    ):
        html = html.replace(mark, escape(text))
    return HTMLResponse(html, headers=page_headers())
