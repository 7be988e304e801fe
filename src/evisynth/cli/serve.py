"""The web application and its worker."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

import typer

from evisynth.cli.console import errors_shown, messages
from evisynth.cli.opening import open_database, open_existing
from evisynth.errors import DataError

WEB_SETTINGS = "evisynth.web.settings"
HERE = "sqlite:///evisynth.sqlite3"
THREADS = 8
SECONDS_WITHOUT_WORKER = 2  # after one died, before the next begins
LARGEST_REQUEST = 1_100_000_000  # bytes: all files that may be sent at once, and some words

Database = Annotated[
    str,
    typer.Option(
        envvar="EVISYNTH_DATABASE", help="sqlite:///file.db or postgresql://user:password@host/name."
    ),
]


def serve(
    database: Database = HERE,
    host: Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 for all.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on; 0 for a free one.")] = 8000,
    threads: Annotated[int, typer.Option(help="How many requests are answered at a time.")] = THREADS,
    *,
    worker: Annotated[bool, typer.Option(help="Also do the background work.")] = True,
) -> None:
    """Run the web application. The first run makes the database and prints a link for the first account."""
    with errors_shown():
        settle_environment(database)
        open_database(database)
        listening = _listening(host, port)
        port = listening.getsockname()[1]
        _allow_hosts(host)
        messages.print(f"Evisynth is at http://{_shown_host(host)}:{port}/", markup=False)
        _first_owner(f"http://{_shown_host(host)}:{port}")
    with _worker(database) if worker else nullcontext():
        _run(listening, threads)


def work(database: Database = HERE) -> None:
    """Do the background work of the web application: imports, duplicates, exports."""
    with errors_shown():
        settle_environment(database)
        open_existing(database)
    from evisynth.store.jobs import work as run  # noqa: PLC0415 - database is open
    from evisynth.store.scratch import own_scratch  # noqa: PLC0415

    own_scratch()

    ending = threading.Event()
    parent = os.getppid() if os.environ.get("EVISYNTH_WITH_SERVER") else None
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    run(stop=lambda: ending.is_set() or (parent is not None and os.getppid() != parent))


def settle_environment(database: str) -> None:
    """What Django's settings read. A secret key that nobody set is made once and kept in a file."""
    os.environ["DJANGO_SETTINGS_MODULE"] = WEB_SETTINGS
    if not os.environ.get("EVISYNTH_SECRET_KEY"):
        os.environ["EVISYNTH_SECRET_KEY"] = _kept_key(database)


def _kept_key(database: str) -> str:
    parts = urlsplit(database)
    path = Path(unquote(parts.path.removeprefix("/"))) if parts.scheme == "sqlite" else Path("evisynth")
    file = path.with_name(path.name + ".key")
    try:
        if not file.exists():
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
                out.write(secrets.token_urlsafe(50))
        return file.read_text().strip()
    except OSError as error:
        raise DataError(
            f"The key of the site cannot be kept in {file}: {error.strerror}. Name one in EVISYNTH_SECRET_KEY."
        ) from error


def _listening(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), backlog=512)
    except OSError as error:
        raise DataError(
            f"Nothing can listen on {host}:{port}: {error.strerror}. Name another with --port."
        ) from error


def _allow_hosts(host: str) -> None:
    """The site is reached under the address it listens on, beside the names in EVISYNTH_HOSTS."""
    from django.conf import settings  # noqa: PLC0415 - Django is set up now

    if host not in {"0.0.0.0", "::"} and host not in settings.ALLOWED_HOSTS:  # noqa: S104 - compared, not bound
        settings.ALLOWED_HOSTS.append(host)


def _shown_host(host: str) -> str:
    return "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - compared, not bound


def _first_owner(site: str) -> None:
    """Where there is no account yet, a one-time link with which the first is made."""
    from evisynth.store import models  # noqa: PLC0415 - database is open
    from evisynth.store.invitations import invite_administrator  # noqa: PLC0415

    if not models.User.objects.exists():
        token = invite_administrator()
        messages.print(f"Nobody has an account yet. Make the first one here: {site}/accounts/join/{token}/",
                       markup=False)  # fmt: skip


@contextmanager
def _worker(database: str) -> Iterator[None]:
    """The worker as a process of its own, so that long work leaves the pages quick. One that dies gets a successor."""
    environment = {**os.environ, "EVISYNTH_DATABASE": database, "EVISYNTH_WITH_SERVER": "yes"}
    ending, turn = threading.Event(), threading.Lock()

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", "evisynth", "work"], env=environment)

    working = start()

    def keep() -> None:
        nonlocal working
        while True:
            code = working.wait()
            ending.wait(SECONDS_WITHOUT_WORKER)
            with turn:
                if ending.is_set():
                    return
                messages.print(f"The worker ended ({code}); another begins.", markup=False)
                working = start()

    keeper = threading.Thread(target=keep, name="keeper of the worker", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        with turn:
            ending.set()
        working.terminate()
        working.wait()
        keeper.join()


def _run(listening: socket.socket, threads: int) -> None:
    from importlib import import_module  # noqa: PLC0415 - pages load here

    from waitress import serve as answer  # noqa: PLC0415

    application = import_module("evisynth.web.wsgi").application
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    answer(
        application,
        sockets=[listening],
        threads=threads,
        ident="evisynth",
        channel_timeout=60,
        max_request_body_size=LARGEST_REQUEST,
        **_proxies(),
    )


def _proxies() -> dict[str, Any]:
    """What waitress is told of the proxies in front; without any, it drops the headers that a visitor could forge."""
    from django.conf import settings  # noqa: PLC0415 - Django is set up now

    if not settings.PROXIES:
        return {}
    headers = {"x-forwarded-for", "x-forwarded-proto"}
    return {
        "trusted_proxy": "*",
        "trusted_proxy_count": settings.PROXIES,
        "trusted_proxy_headers": headers,
    }
