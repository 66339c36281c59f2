"""Rows refer to rows."""

import pytest


def test_a_key_fits_the_smallest_column_that_refers_to_it(fill, connection):
    filled = fill("CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (p smallint NOT NULL REFERENCES p)")
    assert filled.inserted == {"public.p": 20, "public.t": 20}


def test_references_take_existing_rows_first(fill, connection):
    fill("CREATE TABLE roles (name text PRIMARY KEY); INSERT INTO roles VALUES ('admin'), ('user');"
         "CREATE TABLE t (id serial PRIMARY KEY, role text NOT NULL REFERENCES roles)")  # fmt: skip
    assert connection.execute("SELECT role FROM t WHERE role IN ('admin', 'user') ORDER BY id").fetchall() == [
        ("admin",),
        ("user",),
    ]


REFERENCES = """
CREATE TABLE p (a int, b text, PRIMARY KEY (a, b));
CREATE TABLE simple (a int, b text, FOREIGN KEY (a, b) REFERENCES p);
CREATE TABLE strict (a int, b text, FOREIGN KEY (a, b) REFERENCES p MATCH FULL);
CREATE TABLE tenants (id uuid PRIMARY KEY);
CREATE TABLE users (tenant uuid NOT NULL REFERENCES tenants, id bigint GENERATED ALWAYS AS IDENTITY,
        PRIMARY KEY (tenant, id));
CREATE TABLE projects (tenant uuid NOT NULL REFERENCES tenants, id int, parent int, PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, parent) REFERENCES projects);
CREATE TABLE members (tenant uuid NOT NULL, u bigint NOT NULL, project int, FOREIGN KEY (tenant, u) REFERENCES users,
    FOREIGN KEY (tenant, project) REFERENCES projects, PRIMARY KEY (tenant, u));
CREATE TABLE profiles (tenant uuid, u bigint, PRIMARY KEY (tenant, u), FOREIGN KEY (tenant, u) REFERENCES users)"""


def test_composite_and_overlapping_references_agree(fill, connection):
    filled = fill(REFERENCES)
    assert filled.unfilled == {}
    assert min(filled.inserted.values()) >= 20
    for table, name in (("simple", "a"), ("strict", "b"), ("projects", "parent"), ("members", "project")):
        values, rows = connection.execute(f"SELECT count({name}), count(*) FROM {table}").fetchone()
        assert 0 < values < rows, table


CIRCLES = {
    "two": """CREATE TABLE a (id int PRIMARY KEY, b int NOT NULL); CREATE TABLE b (id int PRIMARY KEY,
        a int NOT NULL REFERENCES a);
        ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b""",
    "three": """CREATE TABLE a (id uuid PRIMARY KEY, n uuid NOT NULL UNIQUE); CREATE TABLE b (id uuid PRIMARY KEY,
        n uuid NOT NULL
        REFERENCES a); CREATE TABLE c (id uuid PRIMARY KEY,
        n uuid NOT NULL REFERENCES b DEFERRABLE INITIALLY DEFERRED);
        ALTER TABLE a ADD FOREIGN KEY (n) REFERENCES c""",
    "shared keys": """CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY REFERENCES a);
        ALTER TABLE a ADD FOREIGN KEY (id) REFERENCES b""",
    "one may be NULL": """CREATE TABLE a (id serial PRIMARY KEY, b int); CREATE TABLE b (id serial PRIMARY KEY,
        a int NOT NULL
        REFERENCES a); ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b""",
}


@pytest.mark.parametrize("ddl", CIRCLES.values(), ids=CIRCLES)
def test_circles_are_filled(fill, connection, ddl):
    filled = fill(ddl)
    assert filled.unfilled == {}
    assert filled.inserted["public.a"] >= 20
    assert filled.inserted["public.b"] >= 20


def test_a_circle_with_a_null_in_it_is_closed(fill, connection):
    fill(CIRCLES["one may be NULL"])
    assert connection.execute("SELECT count(b) > 0 FROM a").fetchone() == (True,)


def test_no_trigger_is_disabled_and_no_orphan_made(fill, connection):
    fill(CIRCLES["two"] + ";" + REFERENCES)
    disabled = connection.execute("SELECT count(*) FROM pg_trigger WHERE tgenabled <> 'O'").fetchone()
    assert disabled == (0,)
    keys = connection.execute(
        "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f'"
    ).fetchall()
    for table, definition in keys:  # the server itself looks for orphans
        connection.execute(f"ALTER TABLE {table} ADD {definition}")


def test_a_row_that_may_not_refer_to_itself_refers_to_another(fill):
    ddl = "CREATE TABLE t (id serial PRIMARY KEY, p int NOT NULL REFERENCES t, CHECK (p <> id))"
    assert fill(ddl).inserted == {"public.t": 20}
