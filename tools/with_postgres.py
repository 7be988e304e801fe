"""Run a command beside a PostgreSQL server that exists for this one run.

    python tools/with_postgres.py COMMAND ...

EVISYNTH_DATABASE points the command at the server. The exit code is the command's; where there is no
PostgreSQL, the command is not run, the reason is printed, and the exit code is 0.
"""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import programs

START_SECONDS = 60
SMALL_AND_FORGETFUL = {  # nothing has to survive this server
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
}


class UnavailableError(Exception):
    """There is no PostgreSQL to be had here; the message says why."""


@contextlib.contextmanager
def server() -> Iterator[str]:
    """A fresh server on 127.0.0.1 and an empty database `evisynth`; gives its address for EVISYNTH_DATABASE.

    The server is stopped and its files are removed at the end, whatever happens in between.
    PostgreSQL refuses to run as root, so root lends it to another user.
    """
    binaries = programs.postgres_folder()
    if binaries is None:
        raise UnavailableError("no initdb in PATH or /usr/lib/postgresql ('apt-get install postgresql').")
    owner = unprivileged_user()
    folder = Path(tempfile.mkdtemp(prefix="evisynth-postgres-"))
    process = None
    try:
        password = secrets.token_hex(16)
        (folder / "password").write_text(password)
        for path in (folder, folder / "password"):
            if owner is not None:
                os.chown(path, owner.pw_uid, owner.pw_gid)
        initialise(binaries, folder, owner)
        port = free_port()
        process = start(binaries, folder, owner, port)
        create_database(binaries, folder, port, password, process)
        yield f"postgresql://evisynth:{password}@127.0.0.1:{port}/evisynth"
    finally:
        if process is not None:
            stop(process)
        shutil.rmtree(folder, ignore_errors=True)


def unprivileged_user() -> pwd.struct_passwd | None:
    """Whom root runs the server as; None where we are not root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise UnavailableError(
        "PostgreSQL does not run as root, and there is neither a user postgres nor nobody."
    )


def initialise(binaries: Path, folder: Path, owner: pwd.struct_passwd | None) -> None:
    command = [binaries / "initdb", "--pgdata", folder / "data", "--username=evisynth", "--no-sync"]
    command += ["--pwfile", folder / "password", "--auth=scram-sha-256", "--encoding=UTF8", "--no-locale"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, **identity(owner))
    if done.returncode != 0:
        raise UnavailableError(f"initdb failed: {last_line(done.stderr)}")


def start(
    binaries: Path, folder: Path, owner: pwd.struct_passwd | None, port: int
) -> subprocess.Popen[bytes]:
    """Start the server in a session of its own, so that Ctrl-C reaches us and we stop it in order."""
    command = [binaries / "postgres", "-D", folder / "data", "-h", "127.0.0.1", "-p", str(port), "-k", folder]
    for name, value in SMALL_AND_FORGETFUL.items():
        command += ["-c", f"{name}={value}"]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            command, cwd=folder, stdout=log, stderr=log, start_new_session=True, **identity(owner)
        )


def create_database(
    binaries: Path, folder: Path, port: int, password: str, process: subprocess.Popen[bytes]
) -> None:
    """Create the database as soon as the server answers."""
    environment = {**os.environ, "PGPASSWORD": password}
    command = [binaries / "createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "evisynth", "evisynth"]
    give_up = time.monotonic() + START_SECONDS
    while True:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return
        if process.poll() is not None or time.monotonic() > give_up:
            log = (folder / "log").read_text(errors="replace")
            raise UnavailableError(f"the server did not start: {last_line(log or done.stderr)}")
        time.sleep(0.1)


def stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)  # "fast": open connections are cut
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGQUIT)  # "immediate"
        process.wait(timeout=20)


def identity(owner: pwd.struct_passwd | None) -> dict[str, object]:
    """The arguments that make subprocess run as this user."""
    if owner is None:
        return {}
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "it said nothing"


def main() -> int:
    if len(sys.argv) < 2:
        print(f"usage: {sys.argv[0]} COMMAND ...", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the server is stopped then, too
    try:
        with server() as address:
            environment = {**os.environ, "EVISYNTH_DATABASE": address}
            return subprocess.run(sys.argv[1:], env=environment, check=False).returncode
    except UnavailableError as reason:
        print(f"PostgreSQL tests skipped: {reason}")
        return 0
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
