"""What is re-read is never too little: the state read in part is the state read whole."""

import random

import pytest

from pgproof.data.digest import Touched, read_images, touched

BASE = """
    CREATE TYPE mood AS ENUM ('sad', 'glad'); CREATE TYPE pair AS (x int, y int);
    CREATE DOMAIN word AS text; CREATE SCHEMA other;
    CREATE TABLE a (id int PRIMARY KEY, v text, n int);
    INSERT INTO a SELECT g, 'v' || g, g FROM generate_series(1, 5) g;
    CREATE TABLE b (id int PRIMARY KEY, a_id int REFERENCES a ON DELETE CASCADE);
    INSERT INTO b SELECT id, id FROM a;
    CREATE TABLE c (m mood, p pair, w word); INSERT INTO c VALUES ('sad', (1, 2), 'w');
    CREATE TABLE p (id int, v text) PARTITION BY RANGE (id);
    CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
    CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20);
    INSERT INTO p VALUES (1, 'one'), (11, 'eleven');
    CREATE TABLE other.d (id int); INSERT INTO other.d VALUES (1)
"""
CHANGES = {
    "INSERT INTO a VALUES (100, 'new')": "public.a",
    "UPDATE a SET v = v || 'x' WHERE id = 2": "public.a",
    "DELETE FROM a WHERE id = 1": "public.a public.b",
    "TRUNCATE other.d": "other.d",
    "TRUNCATE p1": "public.p",
    "UPDATE p SET id = id + 10 WHERE id = 1": "public.p",
    "ALTER TABLE p DETACH PARTITION p1": "public.p",
    "ALTER TABLE a ALTER n TYPE bigint": "public.a",
    "ALTER TABLE a ALTER v TYPE varchar": "public.a",
    "ALTER TABLE a RENAME v TO w": "public.a",
    "ALTER TABLE a RENAME TO z": "public.a",
    "ALTER TABLE a ADD k text DEFAULT 'k'": "public.a",
    "ALTER TABLE a DROP n": "public.a",
    "ALTER TABLE b DROP CONSTRAINT b_pkey": "public.b",
    "ALTER TABLE other.d ADD PRIMARY KEY (id)": "other.d",
    "CREATE TABLE e AS SELECT 1 AS x": "",
    "DROP TABLE c": "",
    "ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'": "public.c",
    "ALTER TYPE pair ADD ATTRIBUTE z int": "public.c",
    "ALTER TYPE mood RENAME TO humour": "public.c",
    "ALTER SCHEMA other RENAME TO another": "other.d",
    "ALTER TABLE a SET SCHEMA other": "public.a",
    "CLUSTER a USING a_pkey": "",
    "DO $$ BEGIN UPDATE c SET w = 'x'; END $$": "public.c",
    "COMMENT ON TABLE a IS 'x'": "",
}


def sorted_rows(images):
    return {
        oid: (image.identity, image.columns, image.key, image.partitions, sorted(image.rows, key=repr))
        for oid, image in images.items()
    }


def in_part(connection, since):
    moved = touched(connection, since)
    return read_images(connection, previous=since, touched=moved), moved


@pytest.fixture
def base(connection):
    connection.execute(BASE)
    return read_images(connection)


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_is_seen_and_its_rollback_too(connection, base, change):
    expected = {oid for oid, image in base.items() if image.identity in CHANGES[change].split()}
    connection.execute("BEGIN; SAVEPOINT s")
    connection.execute(change)
    after, moved = in_part(connection, base)
    assert sorted_rows(after) == sorted_rows(read_images(connection))
    assert expected <= moved.oids
    connection.execute("ROLLBACK TO s")
    for since in (base, after):
        again, _ = in_part(connection, since)
        assert sorted_rows(again) == sorted_rows(base)
    connection.execute("COMMIT")


@pytest.fixture
def exact(server):
    """PostgreSQL 14 cannot be told to forget what a session has written: there, more is read than need be."""
    if server.version < 150000:
        pytest.skip("pg_stat_force_next_flush() came with PostgreSQL 15")


@pytest.mark.usefixtures("exact")
def test_what_nobody_touched_is_kept(connection, base):
    names = {image.identity: oid for oid, image in base.items()}
    connection.execute("BEGIN")
    same, moved = in_part(connection, base)
    assert (same, moved.oids) == (base, frozenset())
    connection.execute("UPDATE a SET n = 0 WHERE id = 1")
    after, moved = in_part(connection, base)
    assert moved.oids == {names["public.a"]}
    assert moved.reshaped == frozenset()
    assert [oid for oid in base if after[oid] is not base[oid]] == [names["public.a"]]
    connection.execute("ROLLBACK")


@pytest.mark.usefixtures("exact")
@pytest.mark.parametrize("change", ["ALTER TABLE b ADD UNIQUE (a_id)", "DROP TYPE word CASCADE", "DROP TABLE b"])
def test_declarations_of_other_tables_are_no_news(connection, base, change):
    connection.execute("CREATE UNIQUE INDEX ON p1 (id)")
    known = read_images(connection)
    connection.execute("BEGIN")
    connection.execute(change)
    after, _ = in_part(connection, known)
    kept = {image.identity for oid, image in known.items() if after.get(oid) is image}
    assert {"public.a", "public.p", "other.d"} - kept <= ({"public.a"} if "UNIQUE" not in change else set())
    connection.execute("ROLLBACK")


@pytest.mark.usefixtures("exact")
def test_rows_written_before_the_transaction_are_no_news(connection, base):
    connection.execute("INSERT INTO a VALUES (77)")
    names = {image.identity: oid for oid, image in base.items()}
    known = read_images(connection, previous=base, touched=Touched(frozenset({names["public.a"]})))
    assert known[names["public.a"]].count == 6
    connection.execute("BEGIN")
    assert touched(connection, known).oids == frozenset()
    connection.execute("ROLLBACK")


def test_a_table_emptied_in_place_is_seen(connection):
    connection.execute("BEGIN; CREATE TABLE t (id int); INSERT INTO t VALUES (1)")
    before = read_images(connection)
    connection.execute("TRUNCATE t; INSERT INTO t VALUES (2)")
    after, _ = in_part(connection, before)
    assert [image.rows for image in after.values()] == [(("2",),)]
    connection.execute("ROLLBACK")


@pytest.mark.parametrize("seed", range(6))
def test_any_sequence_of_changes_and_savepoints(connection, base, seed):
    chance = random.Random(seed)  # noqa: S311 - a reproducible choice, no secret
    known = base
    connection.execute("BEGIN")
    depth = 0
    for _ in range(25):
        step = chance.choice(["change"] * 6 + ["savepoint", "back"])
        if step == "savepoint":
            depth += 1
            connection.execute(f"SAVEPOINT s{depth}")
        elif step == "back" and depth:
            connection.execute(f"ROLLBACK TO s{depth}; RELEASE s{depth}")
            depth -= 1
        elif step == "change":
            change = chance.choice(list(CHANGES)).replace("'", "''")
            # What another change made impossible is skipped.
            connection.execute(f"DO $do$ BEGIN EXECUTE '{change}'; EXCEPTION WHEN OTHERS THEN NULL; END $do$")
        if chance.random() < 0.7:
            known, _ = in_part(connection, known)
            assert sorted_rows(known) == sorted_rows(read_images(connection))
    connection.execute("ROLLBACK")
