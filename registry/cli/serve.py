"""`originmark serve` and `originmark worker`: the processes that stay."""

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from signal import SIGINT, SIGTERM, signal
from typing import Annotated

import typer
from rich.logging import RichHandler
from rich.markup import escape

from registry.accounts import Scope
from registry.anchor import keep_anchoring, log_anchored
from registry.assemble import Registry, open_registry
from registry.cli.output import DONE, Json, answers, notes, print_json, stamp, told
from registry.errors import ChainAhead, SettingsError
from registry.settings import Settings
from registry.standing import Ahead
from registry.store.ledger import Anchored


def add_to(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command()(serve)
    app.command()(worker)


def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.", min=0, max=65535)] = 8000,
    no_worker: Annotated[bool, typer.Option("--no-worker", help="Leave the anchoring to `originmark worker`.")] = False,
    no_page_session: Annotated[
        bool,
        typer.Option(
            "--no-page-session", help="Let no page check without a key: for use behind a proxy on this machine."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the address and the first key as JSON.")] = False,
) -> int:
    """Serve the HTTP API and the page, and anchor what is registered."""
    import uvicorn  # noqa: PLC0415 - this and FastAPI take most of a second, which no other command should pay

    from api import create_app  # noqa: PLC0415

    settings: Settings = context.obj
    _log_to_terminal()
    listener = _listen(host, port)
    address = f"http://{'[' + host + ']' if ':' in host else host}:{listener.getsockname()[1]}"
    with listener, open_registry(settings) as registry:
        registry.desk.start()
        _warn_if_behind(registry)
        _welcome(registry, address, _first_key(registry), as_json=as_json)
        server = uvicorn.Server(
            uvicorn.Config(
                create_app(registry, page_session=not no_page_session),
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=10,
            )
        )
        if no_worker:
            server.run(sockets=[listener])
        else:
            with _anchoring_beside(registry):
                server.run(sockets=[listener])
    return DONE


def worker(context: typer.Context, as_json: Json = False) -> int:
    """Anchor what is registered, without serving anything. One of a database's workers works; others stand by."""
    settings: Settings = context.obj
    _log_to_terminal()
    stop = threading.Event()
    for number in (SIGINT, SIGTERM):
        signal(number, lambda *_: stop.set())
    with open_registry(settings) as registry:
        if not as_json:
            notes.print(f"[bold]Originmark[/] anchors for {registry.identity.log.hex()}. Ctrl-C ends it.")
        keep_anchoring(
            registry.anchoring,
            stop,
            _print_anchored if as_json else log_anchored,
            registry.tidying,
            settings.look_seconds,
        )
    return DONE


def _print_anchored(anchored: Anchored) -> None:
    anchor = anchored.anchor
    print_json(
        {
            "size": anchored.checkpoint.size,
            "root": anchored.checkpoint.root.hex(),
            "transaction": anchor.transaction.hex(),
            "block": anchor.block_number,
            "anchored": stamp(anchor.block_time),
        }
    )


@contextmanager
def _anchoring_beside(registry: Registry) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(
        target=keep_anchoring,
        args=(registry.anchoring, stop, log_anchored, registry.tidying, registry.settings.look_seconds),
        name="anchoring",
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _first_key(registry: Registry) -> str | None:
    """A key for the default account, where there is none at all yet: so that the first request can be made at once."""
    if registry.access.keys():
        return None
    owner = registry.access.account_or_default(None)
    return registry.access.create_key(owner, [Scope.REGISTER, Scope.CHECK]).token


def _welcome(registry: Registry, address: str, token: str | None, *, as_json: bool) -> None:
    data, log = str(registry.settings.data_dir), registry.identity.log.hex()
    if as_json:
        print_json({"address": address, "data": data, "registry": log, "key": token})
        return
    answers.print(f"[bold]Originmark[/] is at [bold]{address}[/]   API: {address}/docs")
    answers.print(f"  data      {escape(data)}")
    answers.print(f"  registry  {log}")
    if registry.settings.embedded:
        answers.print("  chain     embedded (local chain: no independent trust)")
    if token is None:
        answers.print("  key       made earlier; `originmark keys create` makes another")
    else:
        answers.print(f"  key       [bold]{token}[/]   shown this once; only its hash is kept")


def _warn_if_behind(registry: Registry) -> None:
    """Asks the chain before the first request, so that an old backup registers nothing over what is missing in it."""
    standing = registry.standing.ask()
    if isinstance(standing, Ahead):
        notes.print(f"[bold yellow]read-only[/] {told(ChainAhead(chain=standing.chain, known=standing.known))}")


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise SettingsError(
            f"{host}:{port} can't be listened on: {error.strerror}.", remedy="Choose another --host or --port."
        ) from error
    listener.listen(128)
    return listener


def _log_to_terminal() -> None:
    logging.basicConfig(
        level=logging.INFO, format="%(message)s", handlers=[RichHandler(console=notes, show_path=False)]
    )
    for chatty in ("alembic", "httpx", "uvicorn"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
