"""Whole runs over a base, and as the role that migrates in production."""

from __future__ import annotations

from pathlib import Path

import pytest

from .runs import Project
from .tcp import TcpServer

OUTSIDE = "-- pgproof: no-transaction\n"
BASE = """\
CREATE TABLE orders (id int PRIMARY KEY, customer text NOT NULL);
CREATE TABLE items (id int PRIMARY KEY, order_id int NOT NULL REFERENCES orders);
"""
ON_BASE = {
    "base.sql": BASE,
    "migrations/m1.up.sql": "ALTER TABLE orders ADD COLUMN IF NOT EXISTS note text;",
    "migrations/m1.down.sql": "ALTER TABLE orders DROP COLUMN IF EXISTS note;",
    # fails over rows, so that the walk needs a second database with the same base
    "migrations/m2.up.sql": "ALTER TABLE orders ADD COLUMN IF NOT EXISTS code text NOT NULL;",
    "migrations/m2.down.sql": "ALTER TABLE orders DROP COLUMN IF EXISTS code;",
    # runs outside a transaction, so that it is tried on clones
    "migrations/m3.up.sql": OUTSIDE + "CREATE INDEX CONCURRENTLY IF NOT EXISTS items_order ON items (order_id);",
    "migrations/m3.down.sql": OUTSIDE + "DROP INDEX CONCURRENTLY IF EXISTS items_order;",
}
SUPERUSERS = {
    "migrations/m1.up.sql": "CREATE TABLE IF NOT EXISTS t (id int PRIMARY KEY, p int REFERENCES t);\n"
    "CREATE INDEX IF NOT EXISTS t_p ON t (p);\nALTER TABLE t DISABLE TRIGGER ALL;\nALTER TABLE t ENABLE TRIGGER ALL;",
    "migrations/m1.down.sql": "DROP TABLE IF EXISTS t;",
}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path, {"PGPROOF_ROWS": "3"})


@pytest.mark.parametrize(
    "role",
    [pytest.param("", marks=pytest.mark.tools, id="superuser"), pytest.param('role = "app"\n', id="role")],
)
def test_a_history_over_a_base(project: Project, role: str) -> None:
    project.write(ON_BASE)
    project.write({"pgproof.toml": f"{role}[base]\nsql = ['base.sql']\nextensions = ['citext']\n"})
    run = project.run()
    assert run.code == 1, run.text
    assert "migration-applies-to-rows: 1 of 3 migrations\n      m2\n" in run.text
    assert "1 fail" in run.text
    assert "base extensions citext; files base.sql (pgproof.toml)" in run.text
    assert (", role app" in run.text) is bool(role)


def test_a_superuser_hides_a_missing_right_that_the_role_shows(project: Project) -> None:
    project.write(SUPERUSERS)
    run = project.run()
    assert run.code == 0, run.text
    run = project.run("--role=app")
    assert run.code == 1, run.text
    assert "migration-applies: 1 of 1 migrations" in run.text
    assert "42501" in run.text
    assert "m1.up.sql" in run.text


def test_what_takes_longer_than_in_production_is_a_finding(project: Project) -> None:
    project.write(
        {
            "migrations/m1.up.sql": "CREATE TABLE IF NOT EXISTS t (id int PRIMARY KEY);",
            "migrations/m1.down.sql": "DROP TABLE IF EXISTS t;",
            "migrations/m2.up.sql": "UPDATE t SET id = id WHERE pg_sleep(0.5) IS NOT NULL;",
            "migrations/m2.down.sql": "SELECT 1;",
        }
    )
    run = project.run("--statement-timeout=1s", "--lock-timeout=5s")
    assert run.code == 1, run.text
    assert "57014" in run.text
    assert "migration-applies-to-rows: 1 of 2 migrations\n      m2\n" in run.text


@pytest.mark.tools
@pytest.mark.parametrize("user", ["postgres", "ci"])
def test_base_and_role_on_a_server_of_somebody_else(project: Project, tcp: TcpServer, user: str) -> None:
    tcp.execute("CREATE ROLE app; GRANT app TO ci")
    try:
        owned = "".join(f"ALTER TABLE {table} OWNER TO app;\n" for table in ("orders", "items"))
        project.more["PGPROOF_SERVER"] = tcp.url(user)
        project.write(ON_BASE | {"base.sql": BASE + owned})
        text = "role = 'app'\n[base]\nsql = ['base.sql']\nsettings = { search_path = 'public' }\n"
        project.write({"pgproof.toml": text})
        run = project.run()
        assert run.code == 1, run.text
        assert "migration-applies-to-rows: 1 of 3 migrations\n      m2\n" in run.text
        assert "1 fail" in run.text
        project.write(SUPERUSERS)
        refused = project.run("--check=migration-applies")
        assert refused.code == 1, refused.text
        assert "42501" in refused.text
    finally:
        tcp.execute("DROP ROLE app")
    missing = project.run()
    assert missing.code == 4, missing.text
    assert "has no role app" in missing.text
    assert tcp.databases() == {"postgres", "template0", "template1"}
