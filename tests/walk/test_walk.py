"""What the walk records of histories with known faults."""

from __future__ import annotations

import pytest

from pgproof.server import Server, database

TABLE = {
    "m1_t.up.sql": "CREATE TABLE t (id bigint PRIMARY KEY, name text);\n",
    "m1_t.down.sql": "DROP TABLE t;\n",
}


def test_sound_step_is_recorded_with_its_rows_and_probes(walk):
    walked = walk(
        TABLE
        | {
            "m2_c.up.sql": "ALTER TABLE t ADD COLUMN IF NOT EXISTS c int;\n",
            "m2_c.down.sql": "ALTER TABLE t DROP COLUMN c;\n",
        }
    )
    step = walked.steps["m2_c"]
    assert step.rows_before == {"public.t": 8}
    assert [str(c) for c in step.change.schema] == ["column public.t.c added"]
    assert step.again is not None
    assert step.again.how == "savepoint"
    assert step.again.failure is None
    assert step.again.difference is not None
    assert not step.again.difference.schema
    assert not step.again.difference.rows
    assert step.down is not None
    assert step.down.difference is not None
    assert not step.down.difference.schema
    assert step.redo is not None
    assert step.redo.failure is None
    assert [r.version for r in step.recorded] == ["m1_t", "m2_c"]
    assert [r.version for r in step.recorded_before] == ["m1_t"]
    assert walked.end.rows == {"public.t": 8}
    assert walked.end.rollback is not None
    assert walked.end.rollback.difference is not None
    assert walked.end.rollback.difference.schema == ()


def test_second_application_that_is_refused_is_recorded(walk):
    again = walk(TABLE).steps["m1_t"].again
    assert again.failure.sqlstate == "42P07"


def test_second_application_that_changes_something_is_recorded(walk):
    walked = walk(TABLE | {"m2_i.up.sql": "CREATE INDEX ON t (name);\n", "m2_i.down.sql": "DROP INDEX t_name_idx;\n"})
    again = walked.steps["m2_i"].again
    assert [(c.kind, c.what) for c in again.difference.schema] == [("index", "added")]


def test_migration_that_fails_on_rows_goes_on_without_them(walk):
    walked = walk(
        TABLE
        | {
            "m2_u.up.sql": "CREATE TABLE u (id bigint PRIMARY KEY);\n",
            "m2_u.down.sql": "DROP TABLE u;\n",
            "m3_n.up.sql": "ALTER TABLE t ADD COLUMN n int NOT NULL;\n",
            "m3_n.down.sql": "ALTER TABLE t DROP COLUMN n;\n",
            "m4_x.up.sql": "ALTER TABLE t ADD COLUMN x int;\n",
            "m4_x.down.sql": "ALTER TABLE t DROP COLUMN x;\n",
        }
    )
    step = walked.steps["m3_n"]
    assert step.on_empty is None
    assert step.on_rows.sqlstate == "23502"
    assert step.emptied == ("public.t",)
    assert walked.steps["m4_x"].rows_before == {"public.t": 8, "public.u": 8}
    assert walked.steps["m4_x"].on_rows is None


def test_rows_that_migrations_made_are_not_emptied(walk):
    walked = walk(
        TABLE
        | {
            "m2_seed.up.sql": "INSERT INTO t VALUES (1, 'first');\n",
            "m3_n.up.sql": "ALTER TABLE t ADD COLUMN n int; UPDATE t SET n = 1 WHERE id = 1;"
            " ALTER TABLE t ALTER COLUMN n SET NOT NULL;\n",
            "m4_ref.up.sql": "CREATE TABLE r (t bigint REFERENCES t); INSERT INTO r VALUES (1);\n",
        }
    )
    assert walked.steps["m3_n"].on_rows.sqlstate == "23502"
    assert walked.steps["m4_ref"].on_rows is None
    assert walked.steps["m4_ref"].on_empty is None


def test_walk_ends_where_an_empty_database_is_refused_too(walk):
    walked = walk(TABLE | {"m2_bad.up.sql": "ALTER TABLE nowhere ADD c int;\n", "m3_x.up.sql": "SELECT 1;\n"})
    assert set(walked.steps) == {"m1_t", "m2_bad"}
    assert walked.steps["m2_bad"].on_empty.sqlstate == "42P01"
    assert walked.end.stopped == "m2_bad"
    assert walked.preview.on_empty["m2_bad"].sqlstate == "42P01"
    assert walked.preview.all_at_once.sqlstate == "42P01"


def test_lost_rows_are_recorded(walk):
    step = walk(TABLE | {"m2_d.up.sql": "DELETE FROM t WHERE name IS NOT NULL;\n"}).steps["m2_d"]
    (change,) = step.change.rows
    assert change.table == "public.t"
    assert 0 < change.lost < 8


def test_concurrent_index_is_probed_on_clones(walk):
    walked = walk(
        TABLE
        | {
            "m2_i.up.sql": "-- pgproof: no-transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t (name);\n",
            "m2_i.down.sql": "-- pgproof: no-transaction\nDROP INDEX CONCURRENTLY i;\n",
        }
    )
    step = walked.steps["m2_i"]
    assert step.clone_reason
    assert step.again.how == step.down.how == step.redo.how == "clone"
    assert not step.again.difference.schema
    assert not step.down.difference.schema


def test_refusal_that_a_commit_would_lift_is_decided_by_a_clone(walk):
    walked = walk(
        {
            "m1_e.up.sql": "CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (id int PRIMARY KEY, e e);\n",
            "m2_v.up.sql": "ALTER TYPE e ADD VALUE IF NOT EXISTS 'b';\n",
            "m2_v.down.sql": "UPDATE t SET e = 'a' WHERE e = 'b';\n",
        }
    )
    down = walked.steps["m2_v"].down
    assert down.failure is None
    assert down.how == "clone"


def test_probes_give_back_what_nextval_took(walk):
    walked = walk(
        {
            "m1_t.up.sql": "CREATE TABLE t (id bigserial PRIMARY KEY, name text);\n",
            "m2_r.up.sql": "INSERT INTO t (name) VALUES ('a');\n",
        }
    )
    assert walked.steps["m2_r"].again.difference.rows[0].gained == 1
    (position,) = walked.end.sequences
    assert position.next_value == position.largest + 1


def test_down_that_leaves_traces_is_recorded(walk):
    walked = walk(
        TABLE
        | {
            "m2_c.up.sql": "ALTER TABLE t ADD COLUMN c int; ALTER TABLE t ADD COLUMN d int;\n",
            "m2_c.down.sql": "ALTER TABLE t DROP COLUMN c;\n",
        }
    )
    step = walked.steps["m2_c"]
    assert [str(c) for c in step.down.difference.schema] == ["column public.t.d added"]
    assert step.redo.failure.sqlstate == "42701"
    assert walked.end.rollback.failure is None


def test_down_that_fails_does_not_stop_the_walk(walk):
    walked = walk(
        TABLE
        | {
            "m2_c.up.sql": "ALTER TABLE t ADD COLUMN c int;\n",
            "m2_c.down.sql": "ALTER TABLE t DROP COLUMN nowhere;\n",
            "m3_d.up.sql": "ALTER TABLE t ADD COLUMN d int;\n",
            "m3_d.down.sql": "ALTER TABLE t DROP COLUMN d;\n",
        }
    )
    assert walked.steps["m2_c"].down.failure.sqlstate == "42703"
    assert walked.steps["m2_c"].redo is None
    assert walked.steps["m3_d"].down.failure is None
    assert walked.end.rollback_stopped == "m2_c"


def test_column_that_becomes_a_foreign_key_refers_to_rows_from_the_start(walk):
    walked = walk(
        {
            "m1_a.up.sql": "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY, a_id int);\n",
            "m2_k.up.sql": "ALTER TABLE b ADD FOREIGN KEY (a_id) REFERENCES a (id);\n",
        }
    )
    assert walked.steps["m2_k"].on_rows is None
    (orphans,) = walked.end.orphans
    assert orphans.looked_at > 0
    assert orphans.count == 0


def test_cleaning_before_a_foreign_key_meets_orphans(walk):
    walked = walk(
        {
            "m1_a.up.sql": "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY, a_id int);\n",
            "m2_k.up.sql": "UPDATE b SET a_id = NULL WHERE NOT EXISTS (SELECT FROM a WHERE a.id = b.a_id)"
            " AND a_id IS NOT NULL; ALTER TABLE b ADD FOREIGN KEY (a_id) REFERENCES a (id);\n",
        }
    )
    step = walked.steps["m2_k"]
    assert step.on_rows is None
    assert [c.emptied for c in step.change.rows[0].columns] == [1]


def test_seed_files_come_before_their_version(walk):
    walked = walk(
        TABLE | {"m2_n.up.sql": "ALTER TABLE t ALTER COLUMN name SET NOT NULL;\n"},
        seeds={"m2_n": "INSERT INTO t VALUES (7, NULL);"},
    )
    assert walked.steps["m2_n"].on_rows.sqlstate == "23502"


def test_settings_that_leak_from_one_migration_to_the_next_are_seen(walk):
    walked = walk(
        {
            "m1_s.up.sql": "CREATE SCHEMA app; SET search_path = app;\n",
            "m2_t.up.sql": "CREATE TABLE t (id int PRIMARY KEY);\n",
        }
    )
    assert {c.identity for c in walked.preview.modes_differ if c.kind == "table"} == {"public.t", "app.t"}


def test_sequence_attached_to_rows_without_being_set_is_seen(walk):
    walked = walk(
        TABLE
        | {
            "m2_s.up.sql": "CREATE SEQUENCE s OWNED BY t.id; ALTER TABLE t ALTER COLUMN id SET DEFAULT nextval('s');\n",
        }
    )
    (position,) = walked.steps["m2_s"].attached
    assert not position.is_ahead


@pytest.mark.parametrize("read_everything", [False, True])
def test_reading_what_was_touched_equals_reading_everything(walk, read_everything):
    walked = walk(
        {
            "m1_a.up.sql": 'CREATE TABLE "A b" ("Ünï" int PRIMARY KEY, v text);'
            ' CREATE TABLE c ("Ünï" int PRIMARY KEY REFERENCES "A b" ON DELETE CASCADE);\n',
            "m1_a.down.sql": 'DROP TABLE c; DROP TABLE "A b";\n',
            "m2_b.up.sql": 'DELETE FROM "A b" WHERE v IS NULL; ALTER TABLE "A b" RENAME COLUMN v TO w;\n',
            "m2_b.down.sql": 'ALTER TABLE "A b" RENAME COLUMN w TO v;\n',
        },
        read_everything=read_everything,
    )
    step = walked.steps["m2_b"]
    assert {c.table for c in step.change.rows} == {'public."A b"', "public.c"}
    assert {c.table for c in step.down.difference.rows} == {'public."A b"', "public.c"}
    assert not step.down.difference.schema


def test_no_database_is_left(walk, server: Server, prefix):
    walk(TABLE)
    assert [name for name in database.marked(server) if name.startswith(prefix)] == []
