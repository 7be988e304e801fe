"""Make .venv ready, and for the checks also Chromium and PostgreSQL.

    python3.11 tools/set_up.py use      what `make demo` needs
    python3.11 tools/set_up.py develop  what `make test` needs

Runs with the system's Python and changes nothing in it. A second run finds everything in place and is quick.
"""

import functools
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import programs

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
BUILD = ROOT / ".build"
READY = VENV / "evisynth-ready"  # which kind of set-up this .venv has, and from which pins
KINDS = {"use": ".", "develop": ".[dev]"}
PROGRAMS = {"chromium": programs.chromium, "postgresql": programs.postgres_folder}  # Debian's names
APT = ["apt-get", "-qq", "-o", "Acquire::Retries=2", "-o", "Acquire::http::Timeout=30"]
APT_SECONDS = 900


def main() -> int:
    kind = sys.argv[1] if len(sys.argv) == 2 else ""
    if kind not in KINDS:
        print(f"usage: {sys.argv[0]} {'|'.join(KINDS)}", file=sys.stderr)
        return 2
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is what an older Python would run
        print(
            f"Python 3.11 or later is needed; {sys.executable} is {sys.version.split()[0]}.", file=sys.stderr
        )
        return 1
    BUILD.mkdir(exist_ok=True)
    try:
        if not is_ready(kind):
            install(kind)
    except subprocess.CalledProcessError as error:
        print(
            f"The set-up stopped: {' '.join(map(str, error.cmd))} gave {error.returncode}.", file=sys.stderr
        )
        return 1
    if kind == "develop":
        for package, find in PROGRAMS.items():
            if find() is None:
                print(f"No {package}, its tests will be skipped: {install_program(package)}")
    return 0


def pins() -> str:
    """A hash of everything that decides what is installed, and of where: a moved .venv does not work."""
    parts = [(ROOT / name).read_bytes() for name in ("pyproject.toml", "constraints.txt")]
    return hashlib.sha256(b"\0".join([*parts, bytes(ROOT)])).hexdigest()


def is_ready(kind: str) -> bool:
    if not (READY.exists() and (VENV / "bin/python").exists()):
        return False
    have, _, digest = READY.read_text().strip().partition(" ")
    return digest == pins() and have in {kind, "develop"}


def install(kind: str) -> None:
    """Install the project, editable, with the pinned versions. Raises CalledProcessError."""
    if not (VENV / "bin/python").exists():
        make_venv()
    print(f"Installing {KINDS[kind]} into .venv ...", flush=True)
    pip = [VENV / "bin/python", "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    subprocess.run([*pip, "-e", KINDS[kind], "-c", "constraints.txt"], cwd=ROOT, check=True)
    READY.write_text(f"{kind} {pins()}\n")


def make_venv() -> None:
    """Make .venv. Debian's Python may lack ensurepip; then virtualenv does it, from a private folder."""
    print("Making .venv ...", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    if run_quietly([sys.executable, "-c", "import ensurepip, venv"]) is None:
        if run_quietly([sys.executable, "-m", "venv", VENV]) is None:
            return
        shutil.rmtree(VENV, ignore_errors=True)
    folder = BUILD / "virtualenv"
    has_module = run_quietly([sys.executable, "-m", "pip", "--version"]) is None
    pip = [sys.executable, "-m", "pip"] if has_module else ["pip"]
    subprocess.run([*pip, "install", "--quiet", "--upgrade", "--target", folder, "virtualenv"], check=True)
    command = [sys.executable, "-m", "virtualenv", "--quiet", "--no-periodic-update", VENV]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": str(folder)})


def install_program(package: str) -> str:
    """Try to install a Debian package; the reason where it cannot be had, which is then remembered."""
    remembered = BUILD / f"no-{package}"
    if remembered.exists():
        return remembered.read_text().strip() + f" (delete .build/{remembered.name} to try again)"
    if not shutil.which("apt-get"):
        return "there is no apt-get here; install it by hand."
    if os.geteuid() != 0:
        return f"as root, 'apt-get install {package}' brings it."
    print(f"Installing Debian's {package} for the tests ...", flush=True)
    not_updated = update_lists()
    reason = run_quietly([*APT, "install", "--yes", "--no-install-recommends", package]) or not_updated
    if PROGRAMS[package]() is not None:
        return "it is installed now."
    remembered.write_text(f"apt-get could not install it: {reason or 'no program came with the package'}\n")
    return remembered.read_text().strip()


@functools.cache
def update_lists() -> str | None:
    """Bring the lists of packages up to date, once in a run; the reason where that fails."""
    return run_quietly([*APT, "update"])


def run_quietly(command: list[str | Path]) -> str | None:
    """Run a command without its chatter; None where it went well, otherwise its last line."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=APT_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if done.returncode == 0:
        return None
    lines = (done.stderr or done.stdout).strip().splitlines()
    return lines[-1] if lines else f"exit code {done.returncode}"


if __name__ == "__main__":
    sys.exit(main())
