"""What a migration may write, by its text."""

from __future__ import annotations

import pytest

from pgproof.tool.statements import split
from pgproof.tool.writing import Writing, of_script


def written(text: str) -> Writing:
    return of_script(split(text))


@pytest.mark.parametrize(
    ("text", "deletes", "rewrites"),
    [
        ("DELETE FROM public.t USING u WHERE t.id = u.id", {"t"}, set()),
        ('TRUNCATE "Order Items", t', {"Order Items", "t"}, set()),
        ("DROP TABLE IF EXISTS a.t, u", {"t", "u"}, set()),
        ("UPDATE t SET a = 1, (b, c) = (SELECT 1, 2), d[1] = 3", set(), {"a", "b", "c", "d"}),
        ("INSERT INTO t VALUES (1) ON CONFLICT (id) DO UPDATE SET a = 2", set(), {"a"}),
        ("INSERT INTO t SELECT * FROM u ON CONFLICT DO NOTHING", set(), set()),
        ("WITH d AS (DELETE FROM u RETURNING *) INSERT INTO t SELECT * FROM d", {"u"}, set()),
        ("MERGE INTO t USING u ON t.id = u.id WHEN MATCHED AND u.x THEN DELETE WHEN MATCHED THEN UPDATE SET a = 1",
         {"t"}, {"a"}),
        ("MERGE INTO t USING u ON t.id = u.id WHEN NOT MATCHED THEN INSERT VALUES (1)", set(), set()),
        ("EXPLAIN ANALYZE DELETE FROM t", {"t"}, set()),
    ],
)  # fmt: skip
def test_rows_that_go_and_values_that_change(text, deletes, rewrites):
    found = written(text)

    assert not found.is_open
    assert found.deletes == deletes
    assert found.rewrites == {("t", column) for column in rewrites}
    assert found.tables


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1",
        "CREATE TABLE t (id int)",
        "ALTER TABLE t ADD COLUMN a int, DROP COLUMN b",
        "CREATE INDEX i ON t (a)",
        "DROP INDEX t",
        "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DELETE FROM t'",
        "CREATE FUNCTION f() RETURNS void LANGUAGE sql BEGIN ATOMIC DELETE FROM t; END",
        "CREATE RULE r AS ON INSERT TO t DO ALSO DELETE FROM u",
        "ALTER INDEX t RENAME TO u",
        "",
    ],
)
def test_what_writes_nothing(text):
    assert written(text) == Writing()


def test_a_type_change_rewrites():
    found = written("ALTER TABLE t ALTER COLUMN a TYPE bigint, ALTER b SET NOT NULL")

    assert (found.rewrites, found.is_open) == ({("t", "a")}, False)


@pytest.mark.parametrize(
    "text",
    [
        "DO $$ BEGIN PERFORM 1; END $$",
        "CALL p()",
        "SELECT clean_up()",
        "PREPARE d AS DELETE FROM t; EXECUTE d",
        "DROP OWNED BY somebody",
        "DROP SCHEMA s CASCADE",
        "TRUNCATE t CASCADE",
        "ALTER TABLE t DETACH PARTITION u",
        "ALTER TABLE t INHERIT u",
        "ALTER TABLE t RENAME TO u",
        "ALTER TABLE t RENAME a TO b",
        "ALTER TABLE t SET SCHEMA s",
        "DELETE FROM WHERE",
    ],
)
def test_in_doubt_it_may_be_anything(text):
    assert written(text).is_open
