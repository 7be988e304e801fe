import pytest

import set_up


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout with a .venv that is ready for use, with nothing in it."""
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_text("a==1\n")
    (tmp_path / ".build").mkdir()
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/python").touch()
    for name, path in {
        "ROOT": "",
        "VENV": ".venv",
        "BUILD": ".build",
        "READY": ".venv/evisynth-ready",
    }.items():
        monkeypatch.setattr(set_up, name, tmp_path / path)
    set_up.READY.write_text(f"use {set_up.pins()}\n")
    return tmp_path


def test_a_second_set_up_has_nothing_to_do(checkout):
    assert set_up.is_ready("use")


def test_a_set_up_for_use_is_not_one_to_develop_with(checkout):
    assert not set_up.is_ready("develop")


def test_a_set_up_to_develop_with_is_one_for_use(checkout):
    set_up.READY.write_text(f"develop {set_up.pins()}\n")
    assert set_up.is_ready("use")
    assert set_up.is_ready("develop")


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_a_changed_pin_is_installed(checkout, name):
    (checkout / name).write_text("a==2\n")
    assert not set_up.is_ready("use")


def test_a_program_that_could_not_be_had_is_not_fetched_again(checkout, monkeypatch):
    commands = []
    monkeypatch.setattr(set_up.os, "geteuid", lambda: 0)
    monkeypatch.setattr(set_up.shutil, "which", lambda name: name)
    monkeypatch.setattr(set_up, "run_quietly", lambda command: commands.append(command) or "no network")
    monkeypatch.setitem(set_up.PROGRAMS, "chromium", lambda: None)
    set_up.update_lists.cache_clear()
    assert set_up.install_program("chromium") == "apt-get could not install it: no network"
    assert len(commands) == 2
    assert "delete .build/no-chromium to try again" in set_up.install_program("chromium")
    assert len(commands) == 2


def test_who_is_not_root_is_told_how_to_install(checkout, monkeypatch):
    monkeypatch.setattr(set_up.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(set_up.shutil, "which", lambda name: name)
    assert set_up.install_program("postgresql") == "as root, 'apt-get install postgresql' brings it."


def test_the_last_line_of_a_failed_command_is_its_reason():
    assert set_up.run_quietly(["sh", "-c", "echo first >&2; echo last >&2; exit 3"]) == "last"
    assert set_up.run_quietly(["sh", "-c", "exit 3"]) == "exit code 3"
    assert set_up.run_quietly(["true"]) is None
