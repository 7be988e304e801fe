import sys
from pathlib import Path

import psycopg
import pytest

import with_postgres
from support import postgres


def test_a_server_of_ones_own_answers_and_leaves_nothing_behind(tmp_path, monkeypatch):
    before = set(Path(with_postgres.tempfile.gettempdir()).glob("evisynth-postgres-*"))
    with postgres.server() as address, psycopg.connect(address) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(address)
    assert set(Path(with_postgres.tempfile.gettempdir()).glob("evisynth-postgres-*")) <= before


def test_without_postgresql_the_reason_is_printed_and_nothing_fails(monkeypatch, capsys):
    monkeypatch.setattr(with_postgres.programs, "postgres_folder", lambda: None)
    monkeypatch.setattr(with_postgres.signal, "signal", lambda *_: None)
    monkeypatch.setattr(sys, "argv", ["with_postgres.py", "false"])
    assert with_postgres.main() == 0
    assert capsys.readouterr().out.startswith("PostgreSQL tests skipped: no initdb in PATH")
