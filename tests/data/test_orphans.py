"""Every reference to nothing is found, whatever the server thinks of the key."""

import pytest

from pgproof.catalog.model import Constraint
from pgproof.data.orphans import orphans


def key(table="public.child", columns=("p",), references="public.parent", referenced=("id",), name="fk", **more):
    return Constraint(
        identity=f"{table}.{name}",
        table=table,
        name=name,
        type="foreign key",
        columns=columns,
        definition="",
        references=references,
        referenced_columns=referenced,
        **more,
    )


def listed(connection, found):
    return len(connection.execute(found.statement).fetchall())


def test_a_key_that_holds(connection):
    connection.execute("CREATE TABLE parent (id int PRIMARY KEY); INSERT INTO parent VALUES (1)")
    connection.execute(
        "CREATE TABLE child (p int CONSTRAINT fk REFERENCES parent); INSERT INTO child VALUES (1), (1), (NULL)"
    )
    (found,) = orphans(connection, [key()])
    assert (found.looked_at, found.count, found.sample) == (2, 0, ())
    assert listed(connection, found) == 0
    assert (found.constraint, found.table) == ("public.child.fk", "public.child")


def test_no_key_is_no_question(connection):
    assert orphans(connection, []) == ()


def test_not_valid_keys_and_disabled_triggers(connection):
    connection.execute("""
        CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE child (id int, p int);
        INSERT INTO child SELECT g, g FROM generate_series(1, 9) g; INSERT INTO parent VALUES (3);
        ALTER TABLE child ADD CONSTRAINT fk FOREIGN KEY (p) REFERENCES parent NOT VALID;
        CREATE TABLE kid (p int CONSTRAINT fk REFERENCES parent);
        ALTER TABLE kid DISABLE TRIGGER ALL; INSERT INTO kid VALUES (3), (4), (4)
    """)
    first, second = orphans(connection, [key(), key("public.kid")])
    assert (first.looked_at, first.count, first.sample) == (9, 8, ("p=1", "p=2", "p=4", "p=5", "p=6"))
    assert (second.looked_at, second.count, second.sample) == (3, 2, ("p=4",))
    assert (listed(connection, first), listed(connection, second)) == (8, 2)


@pytest.mark.parametrize(("is_full", "looked_at", "count"), [(False, 2, 1), (True, 3, 2)])
def test_composite_keys(connection, is_full, looked_at, count):
    match = "FULL" if is_full else "SIMPLE"
    connection.execute(f"""
        CREATE TABLE parent (a int, b text, PRIMARY KEY (a, b)); INSERT INTO parent VALUES (1, 'x');
        CREATE TABLE child (b text, a int); INSERT INTO child VALUES ('x', 1), ('y', 1), (NULL, 1), (NULL, NULL);
        ALTER TABLE child ADD CONSTRAINT fk FOREIGN KEY (a, b) REFERENCES parent (a, b) MATCH {match} NOT VALID
    """)
    (found,) = orphans(connection, [key(columns=("a", "b"), referenced=("a", "b"), match_full=is_full)])
    assert (found.looked_at, found.count) == (looked_at, count)
    assert found.sample == (("a=1, b=y", "a=1, b=NULL") if is_full else ("a=1, b=y",))
    assert listed(connection, found) == count


def test_a_reference_that_is_no_key(connection):
    """Nothing says that what it refers to is there once only: each row counts once all the same."""
    connection.execute("""
        CREATE TABLE parent (id int); INSERT INTO parent VALUES (1), (1), (NULL);
        CREATE TABLE child (p int); INSERT INTO child VALUES (1), (2), (NULL)
    """)
    (found,) = orphans(connection, [key(name="none")])
    assert (found.looked_at, found.count, found.sample) == (2, 1, ("p=2",))


def test_self_references(connection):
    connection.execute("""
        CREATE TABLE child (id int PRIMARY KEY, p int); INSERT INTO child VALUES (1, 1), (2, 1), (3, 9);
        ALTER TABLE child ADD CONSTRAINT fk FOREIGN KEY (p) REFERENCES child NOT VALID
    """)
    (found,) = orphans(connection, [key(references="public.child")])
    assert (found.looked_at, found.count, found.sample) == (3, 1, ("p=9",))


def test_partitioned_on_both_sides(connection):
    connection.execute("""
        CREATE TABLE parent (id int PRIMARY KEY) PARTITION BY RANGE (id);
        CREATE TABLE parent1 PARTITION OF parent FOR VALUES FROM (0) TO (10);
        CREATE TABLE child (p int CONSTRAINT fk REFERENCES parent) PARTITION BY LIST (p);
        CREATE TABLE child1 PARTITION OF child DEFAULT;
        INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1), (1);
        ALTER TABLE child1 DISABLE TRIGGER ALL; INSERT INTO child1 VALUES (2)
    """)
    (found,) = orphans(connection, [key()])
    assert (found.looked_at, found.count, found.sample) == (3, 1, ("p=2",))


def test_rows_of_inheriting_tables_do_not_count(connection):
    connection.execute("""
        CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE heir () INHERITS (parent); INSERT INTO heir VALUES (1);
        CREATE TABLE child (p int); INSERT INTO child VALUES (1);
        ALTER TABLE child ADD CONSTRAINT fk FOREIGN KEY (p) REFERENCES parent NOT VALID
    """)
    (found,) = orphans(connection, [key()])
    assert found.count == 1


def test_equality_is_the_keys_own(connection):
    """An operator of an extension's schema, and a collation that differs, decide as the server would."""
    connection.execute("""
        CREATE FUNCTION public.same(a text, b text) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN lower(a) = lower(b);
        CREATE TABLE parent (id text COLLATE "C" PRIMARY KEY, n bigint UNIQUE); INSERT INTO parent VALUES ('a', 1);
        CREATE TABLE child (p text COLLATE "POSIX", n smallint); INSERT INTO child VALUES ('a', 1), ('b', 2);
        ALTER TABLE child ADD CONSTRAINT fk FOREIGN KEY (p) REFERENCES parent (id) NOT VALID;
        ALTER TABLE child ADD CONSTRAINT fk2 FOREIGN KEY (n) REFERENCES parent (n) NOT VALID
    """)
    for found in orphans(connection, [key(), key(columns=("n",), referenced=("n",), name="fk2")]):
        assert (found.looked_at, found.count) == (2, 1)
        assert listed(connection, found) == 1


def test_a_type_of_an_extension_compares_as_its_own(connection):
    if not connection.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'citext'").fetchone():
        pytest.skip("this server has no citext")
    connection.execute("""
        CREATE SCHEMA ext; CREATE EXTENSION citext SCHEMA ext;
        CREATE TABLE parent (id ext.citext PRIMARY KEY); INSERT INTO parent VALUES ('A');
        CREATE TABLE child (p ext.citext CONSTRAINT fk REFERENCES parent); INSERT INTO child VALUES ('a')
    """)
    (found,) = orphans(connection, [key()])
    assert (found.looked_at, found.count) == (1, 0)
    assert listed(connection, found) == 0


def test_names_of_all_kinds(connection):
    connection.execute("""
        CREATE TABLE "Pä rent" ("I d" int PRIMARY KEY);
        CREATE TABLE "chi""ld" ("p %s" int); INSERT INTO "chi""ld" VALUES (1);
        ALTER TABLE "chi""ld" ADD CONSTRAINT "f k" FOREIGN KEY ("p %s") REFERENCES "Pä rent" NOT VALID
    """)
    (found,) = orphans(connection, [key('public."chi""ld"', ("p %s",), 'public."Pä rent"', ("I d",), name="f k")])
    assert (found.count, found.sample) == (1, ("p %s=1",))
    assert listed(connection, found) == 1


def test_temporal_keys(connection):
    if connection.info.server_version < 180_000:
        pytest.skip("PERIOD came with PostgreSQL 18")
    connection.execute("""
        CREATE TABLE parent (id int4range, at int4range, PRIMARY KEY (id, at WITHOUT OVERLAPS));
        INSERT INTO parent VALUES ('[1,2)', '[0,5)'), ('[1,2)', '[5,9)');
        CREATE TABLE child (id int4range, at int4range);
        INSERT INTO child VALUES ('[1,2)', '[1,8)'), ('[1,2)', '[8,12)');
        ALTER TABLE child ADD CONSTRAINT fk FOREIGN KEY (id, PERIOD at) REFERENCES parent (id, PERIOD at) NOT VALID
    """)
    (found,) = orphans(connection, [key(columns=("id", "at"), referenced=("id", "at"))])
    assert (found.looked_at, found.count, found.sample) == (2, 1, ("id=[1,2), at=[8,12)",))


def test_the_transaction_is_kept(connection):
    connection.execute(
        "CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE child (p int CONSTRAINT fk REFERENCES parent)"
    )
    connection.execute("BEGIN; ALTER TABLE child DISABLE TRIGGER ALL; INSERT INTO child VALUES (1)")
    assert orphans(connection, [key()])[0].count == 1
    connection.execute("ROLLBACK")
    assert orphans(connection, [key()])[0].count == 0
