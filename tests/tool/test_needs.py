from __future__ import annotations

from pgproof.tool import layouts
from pgproof.tool.needs import extensions, roles


def test_extensions_of_a_history_are_found(write) -> None:
    root = write(
        {
            "a.up.sql": 'CREATE EXTENSION IF NOT EXISTS "uuid-ossp"; CREATE TABLE t (a int)',
            "b.up.sql": "DO $$ BEGIN CREATE EXTENSION pgcrypto; END $$",
            "b.down.sql": "CREATE EXTENSION hstore",
        }
    )
    assert extensions(layouts.detect(root)) == {"uuid-ossp", "pgcrypto"}


def test_roles_of_a_history_are_found(write) -> None:
    root = write({"a.up.sql": 'CREATE ROLE "App Owner"; CREATE USER reader', "b.up.sql": "SELECT 'CREATE ROLE x'"})
    assert roles(layouts.detect(root)) == {"App Owner", "reader"}
