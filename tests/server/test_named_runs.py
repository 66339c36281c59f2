"""Whole runs on a server of somebody else."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import within
from .runs import COMMAND, PYTEST, Project, end, ended
from .tcp import PASSWORD, TcpServer

BORN_WITH = {"postgres", "template0", "template1"}
GOOD = {
    "migrations/m1.up.sql": "CREATE TABLE IF NOT EXISTS t (id int PRIMARY KEY, n int NOT NULL);",
    "migrations/m1.down.sql": "DROP TABLE IF EXISTS t;",
}
SLEEPS = {
    "migrations/m2.up.sql": "DO $$ BEGIN IF EXISTS (SELECT FROM t) THEN PERFORM pg_sleep(60); END IF; END $$;",
    "migrations/m2.down.sql": "SELECT 1;",
}
SERVER_WIDE = {
    "migrations/m2.up.sql": "CREATE TABLE IF NOT EXISTS u (id int PRIMARY KEY);\n\nCREATE ROLE app;\n",
    "migrations/m2.down.sql": "DROP ROLE app;\nDROP TABLE IF EXISTS u;\n",
    "migrations/m3.up.sql": "DO $$ BEGIN\n  EXECUTE 'ALTER SYSTEM SET work_mem = ''7MB''';\nEND $$;",
}
GUARDED = "DO $$ BEGIN IF to_regrole('app') IS NULL THEN CREATE ROLE app; END IF; END $$"


@pytest.fixture
def project(tmp_path: Path, tcp: TcpServer) -> Project:
    project = Project(tmp_path, {"PGPROOF_SERVER": tcp.url("ci"), "PGPROOF_ROWS": "3"})
    project.write(GOOD)
    return project


@pytest.fixture(autouse=True)
def nothing_stays(tcp: TcpServer) -> Iterator[None]:
    """Demand that no run leaves a database behind."""
    yield
    left = tcp.databases() - BORN_WITH
    for name in left:
        tcp.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    assert left == set()


def roles(tcp: TcpServer) -> set[str]:
    with tcp.connect() as session:
        return {name for (name,) in session.execute("SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_'")}


def demand_no_secret(text: str) -> None:
    """No password, whole or in part, is shown."""
    assert not any(part in text for part in (PASSWORD, "hunter2", "%27%22"))
    assert "Traceback" not in text


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param(COMMAND, (), id="command"),
        pytest.param(PYTEST, ("-n", "2"), marks=pytest.mark.tools, id="pytest -n 2"),
    ],
)
def test_a_run_holds_and_leaves_nothing(project: Project, line: list[str], words: tuple[str, ...]) -> None:
    run = project.run(*words, line=line)
    assert run.code == 0, run.text
    demand_no_secret(run.text)
    if line is COMMAND:
        assert "(named, ci@127.0.0.1:" in run.text
        assert "note: ci is no superuser" in run.text
        report = (project.root / "reports" / "junit.xml").read_text(encoding="utf-8")
        demand_no_secret(report)


@pytest.mark.tools
def test_the_url_may_be_an_option_and_leaves_the_command_line(project: Project, tcp: TcpServer) -> None:
    del project.more["PGPROOF_SERVER"]
    project.write(SLEEPS)
    process = project.begin(f"--server={tcp.url('ci')}")
    assert within(60, lambda: any(name.endswith("_walk") for name in tcp.databases()))
    shown = Path(f"/proc/{process.pid}/cmdline").read_bytes().decode()
    assert "pgproof.checks" in shown
    assert "postgresql://" not in shown
    demand_no_secret(end(process, signal.SIGINT).text)


@pytest.mark.tools
def test_the_options_of_pytest_postgresql_are_understood(project: Project, tcp: TcpServer) -> None:
    del project.more["PGPROOF_SERVER"]
    words = ["--postgresql-host=127.0.0.1", f"--postgresql-port={tcp.port}", "--postgresql-user=ci"]
    run = project.run(*words, f"--postgresql-password={PASSWORD}")
    assert run.code == 0, run.text
    assert f"(named, ci@127.0.0.1:{tcp.port})" in run.text
    assert "(pytest-postgresql's options)" in run.text
    demand_no_secret(run.text)
    asked = project.run("--postgresql-port=1")
    assert "embedded" in asked.text


@pytest.mark.parametrize("line", [COMMAND, pytest.param(PYTEST, marks=pytest.mark.tools)], ids=["command", "pytest"])
def test_a_wrong_password_is_one_message(project: Project, tcp: TcpServer, line: list[str]) -> None:
    project.more["PGPROOF_SERVER"] = tcp.url("ci", password=PASSWORD + "x")
    run = project.run(line=line)
    assert run.code == 4, run.text
    assert "does not accept the password" in run.text
    demand_no_secret(run.text)


def test_what_changes_the_whole_server_is_refused_before_anything_runs(project: Project, tcp: TcpServer) -> None:
    project.more["PGPROOF_SERVER"] = tcp.url()
    project.write(SERVER_WIDE)
    project.write({"seed/m1.sql": "SELECT 1;\nCREATE ROLE app;"})
    run = project.run("--seeds=seed")
    assert run.code == 4, run.text
    assert "migrations/m2.up.sql:3 (CREATE ROLE)" in run.text
    assert "migrations/m2.down.sql:1 (DROP ROLE)" in run.text
    assert "migrations/m3.up.sql:2 (ALTER SYSTEM)" in run.text
    assert "seed/m1.sql:2 (CREATE ROLE)" in run.text
    assert "allow_server_wide = true" in run.text
    assert roles(tcp) == {"postgres", "ci", "nobody"}


@pytest.mark.tools
def test_with_leave_roles_are_listed_and_stay(project: Project, tcp: TcpServer) -> None:
    project.more["PGPROOF_SERVER"] = tcp.url()
    project.write({name: text for name, text in SERVER_WIDE.items() if "m2" in name})
    project.write({"pgproof.toml": "allow_server_wide = true\n[levels]\ndouble-apply-succeeds = 'off'\n"})
    try:
        run = project.run()
        assert run.code == 0, run.text
        assert "Roles that appeared" not in run.text  # the last of all downs has dropped it
        assert roles(tcp) == {"postgres", "ci", "nobody"}
        made = SERVER_WIDE["migrations/m2.up.sql"].replace("CREATE ROLE app", GUARDED)
        project.write({"migrations/m2.up.sql": made, "migrations/m2.down.sql": "DROP TABLE IF EXISTS u;"})
        run = project.run()
        assert run.code == 0, run.text
        assert "Roles that appeared on the server, and stay: app." in run.text
        assert roles(tcp) == {"postgres", "ci", "nobody", "app"}
    finally:
        tcp.execute("DROP ROLE IF EXISTS app")


@pytest.mark.parametrize(
    "sign",
    [pytest.param(signal.SIGINT, marks=pytest.mark.tools, id="SIGINT"), pytest.param(signal.SIGTERM, id="SIGTERM")],
)
def test_an_interrupted_run_leaves_nothing(project: Project, tcp: TcpServer, sign: signal.Signals) -> None:
    project.write(SLEEPS)
    process = project.begin()
    assert within(60, lambda: any(name.endswith("_walk") for name in tcp.databases()))
    run = end(process, sign)
    assert run.code == 2, run.text
    assert tcp.databases() == BORN_WITH


def test_what_a_killed_run_leaves_the_next_one_takes(project: Project, tcp: TcpServer) -> None:
    project.write(SLEEPS)
    process = project.begin()
    assert within(60, lambda: any(name.endswith("_walk") for name in tcp.databases()))
    process.kill()
    process.communicate()
    left = tcp.databases() - BORN_WITH
    assert left
    for name in SLEEPS:
        (project.root / name).unlink()
    run = project.run()
    assert run.code == 0, run.text
    assert tcp.databases() == BORN_WITH


@pytest.mark.tools
def test_two_runs_do_not_harm_each_other(project: Project, tcp: TcpServer, tmp_path: Path) -> None:
    other = Project(tmp_path / "other", project.more)
    other.write(GOOD)
    both = [project.begin(), other.begin("-n", "2")]
    for process in both:
        run = ended(process)
        assert run.code == 0, run.text


def test_rows_that_cannot_be_read_end_the_run_in_words(project: Project) -> None:
    force = "ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY;"
    project.write({"migrations/m2.up.sql": force, "migrations/m2.down.sql": force.replace("ENABLE", "DISABLE")})
    run = project.run()
    assert run.code == 4, run.text
    assert "row-level security" in run.text
    assert "superuser" in run.text
    demand_no_secret(run.text)
