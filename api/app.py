"""The application: routes, and what every request goes through before it meets one.

    headers       no sniffing, no framing, no referrer
    heads         HEAD is GET without the body
    last resort   a fault of ours: logged, and a problem without details
    open doors    /log and /rpc may be read by any site's page
    body limit    refused before it is kept
    the route     who asks, what for, one journey, the answer

Nothing happens at import, and nothing is global: two apps over two registries can live in one process.
"""

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.middleware import Middleware

from api import certificates, checks, docs, errors, health, history, log, metrics, page, problem_pages, rpc, works
from api.errors import LastResort
from api.headers import Heads, OpenDoors, SafeHeaders
from api.limits import BodyLimit
from api.session import LocalSession
from api.wire import problems
from registry.assemble import Registry
from registry.chains import VERSION

SUMMARY = "Register original works, check listings against them, and prove when a work was declared."


def create_app(registry: Registry, *, page_session: bool = True) -> FastAPI:
    """The application that serves this registry; whoever made the registry closes it.

    `page_session` lets the page at `/` check pictures without an API key when it is opened on this very machine. Switch
    it off where a reverse proxy on this machine speaks for others and rewrites `Host` to a local name.
    """
    uploads = registry.settings.max_body_bytes
    app = FastAPI(
        title="Originmark",
        summary=SUMMARY,
        version=VERSION,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_operation,
        responses=problems(),
        middleware=[
            Middleware(SafeHeaders),
            Middleware(Heads),
            Middleware(LastResort),
            Middleware(OpenDoors),
            Middleware(BodyLimit, limit=lambda path: uploads if path in ("/v1/works", "/v1/checks") else rpc.MAX_BODY),
        ],
    )
    app.state.registry = registry
    app.state.session = LocalSession(registry.clock) if page_session else None
    errors.install(app)
    for part in (works, certificates, history, checks, log, rpc, health, metrics, problem_pages, page, docs):
        app.include_router(part.router)
    return app


def _operation(route: APIRoute) -> str:
    return route.name
