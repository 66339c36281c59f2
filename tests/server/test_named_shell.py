"""``pgproof shell`` on a server of somebody else: it shows the database, and leaves none."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from .conftest import within
from .runs import Project, ended
from .tcp import PASSWORD, TcpServer
from .test_named_runs import BORN_WITH, GOOD

SHELL = [sys.executable, "-P", "-c", "import sys; from pgproof.cli import main; sys.exit(main())", "shell"]
MORE = {"migrations/m2.up.sql": "ALTER TABLE t ADD b int;", "migrations/m2.down.sql": "ALTER TABLE t DROP b;"}


@pytest.fixture
def project(tmp_path: Path, tcp: TcpServer) -> Project:
    project = Project(tmp_path, {"PGPROOF_SERVER": tcp.url("ci"), "PGPROOF_ROWS": "3"})
    project.write(GOOD | MORE)
    return project


@pytest.mark.parametrize(("words", "columns"), [(("m2", "--before"), "2"), (("m2",), "3"), (("migrations", "m1"), "2")])
def test_it_shows_each_database_and_leaves_none(
    project: Project, tcp: TcpServer, words: tuple[str, ...], columns: str
) -> None:
    asked = "SELECT count(*) FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0"
    shown = project.run(*words, "--", "-Atc", asked, line=SHELL)

    assert shown.code == 0, shown.text
    assert shown.text.splitlines()[-1] == columns
    assert "rows included" in shown.text
    assert not any(part in shown.text for part in (PASSWORD, "hunter2"))
    assert tcp.databases() == BORN_WITH


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_however_it_is_ended_no_database_stays_and_no_secret_shows(
    project: Project, tcp: TcpServer, sign: signal.Signals
) -> None:
    process = project.begin("m2", "--", "-c", "SELECT pg_sleep(60)", line=SHELL)
    assert within(60, lambda: is_asked(tcp))
    lines = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if parent(path) == str(process.pid)]
    assert any(b"psql" in line for line in lines)
    assert not any(b"hunter2" in line for line in lines)
    if sign is signal.SIGINT:
        os.killpg(process.pid, sign)  # as a terminal does
    else:
        process.send_signal(sign)

    shown = ended(process)
    assert shown.code == (1 if sign is signal.SIGINT else 2), shown.text
    assert "Traceback" not in shown.text
    assert "hunter2" not in shown.text
    assert tcp.databases() == BORN_WITH


def is_asked(tcp: TcpServer) -> bool:
    with tcp.connect() as session:
        return bool(session.execute("SELECT 1 FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)'").fetchone())


def parent(path: Path) -> str:
    try:
        return path.with_name("stat").read_text().rpartition(")")[2].split()[1]
    except OSError:
        return ""
