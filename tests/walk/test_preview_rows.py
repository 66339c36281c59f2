"""The rows that migrations and seed files make, counted where nothing is generated."""

from __future__ import annotations

ROLES = {
    "m1_t.up.sql": "CREATE TABLE t (name text);\n",
    "m2_n.up.sql": "INSERT INTO t VALUES ('admin'), ('member');\n",
    "m3_k.up.sql": "ALTER TABLE t ADD UNIQUE (name);\n",
}


def test_rows_that_migrations_make_are_counted_and_generated_ones_are_not(walk):
    walked = walk(ROLES)

    assert walked.preview.rows == {"public.t": 2}
    assert walked.end.rows["public.t"] > 2
    assert walked.preview.migrator == "pgproof_tool"


def test_rows_of_seed_files_count(walk):
    assert walk(ROLES, seeds={"m2_n": "INSERT INTO t VALUES ('guest');"}).preview.rows == {"public.t": 3}


def test_a_migration_that_seeds_break_leaves_the_count_unknown(walk):
    walked = walk(ROLES, seeds={"m2_n": "INSERT INTO t VALUES ('admin');"})

    assert walked.preview.rows == {}
    assert "m3_k.up.sql fails over the rows of the seed files" in walked.preview.rows_unknown
    assert walked.preview.on_empty == {}
