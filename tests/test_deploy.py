"""The files in deploy/ are what systemd and container builders read, and name what there is."""

import configparser
import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.main import get_command

from evisynth.cli.main import app

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
INSTRUCTIONS = {
    "FROM",
    "WORKDIR",
    "COPY",
    "RUN",
    "USER",
    "VOLUME",
    "ENV",
    "EXPOSE",
    "HEALTHCHECK",
    "ENTRYPOINT",
    "CMD",
}


def unit(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str
    parser.read_string(path.read_text())
    return parser


def options_of(command: str) -> set[str]:
    """The options that a command of evisynth knows."""
    known = get_command(app).commands[command].params
    return {name for param in known for name in (*param.opts, *param.secondary_opts)}


def checked_by_systemd(path: Path, folder: Path) -> str:
    """What systemd-analyze says of a unit, with a program and a user that are there."""
    text = path.read_text().replace("/opt/evisynth/bin/evisynth", "/bin/true")
    text = re.sub(r"^(User|Group)=.*$", r"\1=root", text, flags=re.MULTILINE)
    (folder / path.name).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", str(folder / path.name)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout + done.stderr + (f"exit code {done.returncode}" if done.returncode else "")


def instructions(text: str) -> list[tuple[str, str]]:
    """The instructions of a Containerfile, continued lines joined."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [tuple(line.split(None, 1)) for line in joined.splitlines() if line.strip()]  # type: ignore[misc]


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_has_what_systemd_needs(path):
    parser = unit(path)
    assert parser.sections() == ["Unit", "Service", "Install"]
    program, *arguments = shlex.split(parser["Service"]["ExecStart"])
    assert program == "/opt/evisynth/bin/evisynth"
    assert {word for word in arguments if word.startswith("--")} <= options_of(arguments[0])
    assert parser["Service"]["NoNewPrivileges"] == "yes"


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_systemd_finds_nothing_wrong_with_a_unit(path, tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze in PATH")
    assert checked_by_systemd(path, tmp_path) == ""


def test_systemd_tells_of_a_key_that_there_is_not(tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze in PATH")
    wrong = tmp_path / "wrong" / UNITS[0].name
    wrong.parent.mkdir()
    wrong.write_text(UNITS[0].read_text().replace("ProtectHome", "ProtectHme"))
    assert "ProtectHme" in checked_by_systemd(wrong, tmp_path)


def test_the_pages_and_the_worker_are_units_of_their_own():
    commands = [shlex.split(unit(path)["Service"]["ExecStart"])[1:] for path in UNITS]
    assert [words[0] for words in commands] == ["work", "serve"]
    assert "--no-worker" in commands[1]


def test_the_containerfile_builds_from_what_is_there_and_runs_as_nobody_in_particular():
    found = instructions((DEPLOY / "Containerfile").read_text())
    assert {name for name, _ in found} <= INSTRUCTIONS
    assert found[0] == ("FROM", "python:3.11-slim AS build")
    names = [name for name, _ in found]
    assert names.index("USER") < names.index("ENTRYPOINT")
    assert (ROOT / "constraints.txt").exists()
    by_name = dict(found)
    command = json.loads(by_name["CMD"])
    assert json.loads(by_name["ENTRYPOINT"]) == ["evisynth"]
    assert {word for word in command if word.startswith("--")} <= options_of(command[0])
    check = json.loads(by_name["HEALTHCHECK"].partition("CMD ")[2])
    compile(check[2], "HEALTHCHECK", "exec")
    assert "/healthy/" in check[2]
