"""Images hold all rows of all tables, as the server writes them."""

import re

import pytest

from pgproof.data.digest import read_images

ODD = 'Öre "x" %s'


def by_name(connection, **options):
    return {image.identity: image for image in read_images(connection, **options).values()}


def rows(connection, table, **options):
    return sorted(by_name(connection, **options)[table].rows)


def test_a_table_is_read_whole(connection):
    connection.execute("CREATE TABLE t (a int, gone int, b varchar(9) UNIQUE NOT NULL, id int PRIMARY KEY)")
    connection.execute("ALTER TABLE t DROP gone; INSERT INTO t VALUES (1, 'x ', 7), (NULL, '', 8)")
    (image,) = read_images(connection).values()
    assert image.identity == "public.t"
    assert {attnum: column[:2] for attnum, column in image.columns.items()} == {
        1: ("a", "integer"),
        3: ("b", "character varying(9)"),
        4: ("id", "integer"),
    }
    assert (image.key, image.uniques, image.count) == ((4,), ((3,),), 2)
    assert sorted(image.rows, key=lambda row: row[2]) == [("1", "x ", "7"), (None, "", "8")]


@pytest.mark.parametrize(
    ("declared", "key"),
    [
        ("a int, b int", ()),
        ("a int UNIQUE, b int", ()),
        ("a int NOT NULL, b int NOT NULL, UNIQUE (b, a), UNIQUE (b)", (2,)),
        ("a int NOT NULL, b int NOT NULL, UNIQUE (b, a)", (2, 1)),
        ("a int NOT NULL, b int NOT NULL, PRIMARY KEY (b, a), UNIQUE (a)", (2, 1)),
        ("a int NOT NULL, b int NOT NULL, UNIQUE (b) INCLUDE (a)", (2,)),
    ],
)
def test_the_key_is_the_primary_key_or_the_shortest_without_nulls(connection, declared, key):
    connection.execute(f"CREATE TABLE t ({declared})")
    (image,) = read_images(connection).values()
    assert image.key == key


def test_partial_and_expression_indexes_are_no_key(connection):
    connection.execute("CREATE TABLE t (a int NOT NULL, b int NOT NULL)")
    connection.execute("CREATE UNIQUE INDEX ON t (a) WHERE b > 0; CREATE UNIQUE INDEX ON t (abs(a))")
    (image,) = read_images(connection).values()
    assert image.key == ()


def test_names_of_all_kinds(connection):
    quoted = '"' + ODD.replace('"', '""') + '"'
    connection.execute(f"CREATE SCHEMA {quoted}; CREATE TABLE {quoted}.{quoted} ({quoted} int PRIMARY KEY)".encode())
    connection.execute(f"INSERT INTO {quoted}.{quoted} VALUES (5)".encode())
    identity = f"{quoted}.{quoted}"
    for limit in (9, 0):
        image = by_name(connection, limit=limit)[identity]
        assert image.columns[1].name == ODD
        assert image.count == 1
    assert by_name(connection, exclude={identity}) == {}


def test_only_tables_with_rows_of_their_own(connection):
    connection.execute("""
        CREATE TABLE plain (a int); CREATE UNLOGGED TABLE unlogged (a int); CREATE TEMPORARY TABLE passing (a int);
        CREATE TABLE parent (a int); CREATE TABLE child (b int) INHERITS (parent);
        INSERT INTO parent VALUES (1); INSERT INTO child VALUES (2, 2);
        CREATE MATERIALIZED VIEW m AS SELECT 1 AS a; CREATE VIEW v AS SELECT 1 AS a;
        CREATE TABLE root (id int PRIMARY KEY, b int) PARTITION BY RANGE (id);
        CREATE TABLE leaf PARTITION OF root FOR VALUES FROM (0) TO (10) PARTITION BY RANGE (id);
        CREATE TABLE leafs_leaf (b int, id int NOT NULL);
        ALTER TABLE leaf ATTACH PARTITION leafs_leaf FOR VALUES FROM (0) TO (5);
        INSERT INTO root VALUES (1, 3)
    """)
    images = by_name(connection)
    assert sorted(images) == ["public.child", "public.parent", "public.plain", "public.root", "public.unlogged"]
    assert images["public.parent"].rows == (("1",),)
    assert images["public.root"].rows == (("1", "3"),)
    assert images["public.root"].key == (1,)
    assert len(images["public.root"].partitions) == 2


def test_members_of_extensions_and_foreign_tables_are_left_out(connection):
    connection.execute("CREATE TABLE member (a int); CREATE TABLE mine (a int)")
    connection.execute("ALTER EXTENSION plpgsql ADD TABLE member")
    connection.execute("CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w")
    connection.execute("CREATE FOREIGN TABLE far (a int) SERVER s")
    assert list(by_name(connection)) == ["public.mine"]


def test_every_built_in_type_can_be_a_column(connection):
    types = connection.execute("""
        SELECT oid::regtype::text FROM pg_type
         WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype IN ('b', 'r', 'm') AND typisdefined
           AND typname <> '_cstring' AND typname !~ '^_pg_' ORDER BY oid
    """).fetchall()
    assert len(types) > 100
    columns = ", ".join(f"c{number} {name}" for number, (name,) in enumerate(types))
    connection.execute(f"CREATE TABLE t ({columns})")
    connection.execute("INSERT INTO t DEFAULT VALUES")
    assert rows(connection, "public.t") == [(None,) * len(types)]
    image = by_name(connection, limit=0)["public.t"]
    assert {digest.values for digest in image.digests.values()} == {0}


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("boolean", "true", "t"),
        ("char(4)", "'a'", "a   "),
        ('"char"', "'a'", "a"),
        ("numeric", "1.00", "1.00"),
        ("float8", "0.1::float8 + 0.2::float8", "0.30000000000000004"),
        ("float4", "'-0'", "-0"),
        ("bytea", r"'\xDEADbeef'", r"\xdeadbeef"),
        ("money", "12345.6::numeric::money", "$12,345.60"),
        ("timestamptz", "'2024-01-01 09:00+09'", "2024-01-01 00:00:00+00"),
        ("date", "'2024-02-03'", "2024-02-03"),
        ("interval", "'1 month 30 days'", "1 mon 30 days"),
        ("json", """'{"b":1,  "a":1}'""", '{"b":1,  "a":1}'),
        ("jsonb", """'{"b":1,  "a":1}'""", '{"a": 1, "b": 1}'),
        ("point", "'(1,2)'", "(1,2)"),
        ("polygon", "'((0,0),(1,1))'", "((0,0),(1,1))"),
        ("bit(3)", "'101'", "101"),
        ("tsvector", "'b a'", "'a' 'b'"),
        ("text[]", """ARRAY['a b', NULL, '"']""", r'{"a b",NULL,"\""}'),
        ("timestamptz[]", "ARRAY['2024-01-01 09:00+09'::timestamptz]", '{"2024-01-01 00:00:00+00"}'),
        ("int4range", "'[1,3]'", "[1,4)"),
        ("inet", "'10.0.0.1/8'", "10.0.0.1/8"),
        ("uuid", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        ("mood", "'déjà vu'", "déjà vu"),
        ("pair", "(1, 'x y')", '(1,"x y")'),
        ("pair[]", "ARRAY[(1, 'x')::pair]", '{"(1,x)"}'),
        ("positive", "5", "5"),
        ("oid", "4294967295", "4294967295"),
        ("regclass", "'public.t'", "public.t"),
    ],
)
def test_values_are_what_the_server_writes_under_fixed_settings(connection, kind, value, text):
    connection.execute("""
        CREATE TYPE mood AS ENUM ('déjà vu'); CREATE TYPE pair AS (a int, b text);
        CREATE DOMAIN positive AS int CHECK (VALUE > 0); CREATE TABLE t (id int)
    """)
    connection.execute(f"ALTER TABLE t ADD v {kind}; INSERT INTO t VALUES (1, {value})")
    connection.execute("SET DateStyle = 'SQL, DMY'; SET IntervalStyle = 'iso_8601'; SET extra_float_digits = -10")
    connection.execute("SET bytea_output = 'escape'; SET search_path = public; SET TimeZone = 'Asia/Kolkata'")
    seen = rows(connection, "public.t")[0][1]
    # The C locale writes no thousands in some builds.
    assert re.sub(r"^\$12345", "$12,345", seen) == text


def test_a_table_without_columns(connection):
    connection.execute("CREATE TABLE t (); INSERT INTO t DEFAULT VALUES; INSERT INTO t DEFAULT VALUES")
    assert by_name(connection)["public.t"].rows == ((), ())
    image = by_name(connection, limit=1)["public.t"]
    assert (image.count, image.rows) == (2, None)


def test_generated_columns_are_values(connection):
    if connection.info.server_version >= 180_000:
        connection.execute("CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a * 2) VIRTUAL)")
    else:
        connection.execute("CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a * 2) STORED)")
    connection.execute("INSERT INTO t VALUES (3)")
    assert rows(connection, "public.t") == [("3", "6")]


def test_toasted_values_are_whole(connection):
    connection.execute(
        "CREATE TABLE t (a text); INSERT INTO t SELECT string_agg(md5(g::text), '') FROM generate_series(1, 900) g"
    )
    assert len(rows(connection, "public.t")[0][0]) == 900 * 32


def test_row_security_hides_nothing(connection):
    connection.execute("""
        CREATE TABLE t (a int); INSERT INTO t VALUES (1); CREATE ROLE pgproof_plain; GRANT SELECT ON t TO pgproof_plain;
        ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY; SET ROLE pgproof_plain
    """)
    assert rows(connection, "public.t") == [("1",)]
    connection.execute("RESET ROLE; DROP OWNED BY pgproof_plain; DROP ROLE pgproof_plain")


@pytest.mark.parametrize("declared", ["id int PRIMARY KEY, v text", "id int, v text"])
def test_digests_stand_in_for_many_rows(connection, declared):
    connection.execute(f"CREATE TABLE t ({declared})")
    connection.execute("INSERT INTO t SELECT g, nullif('v' || g, 'v3') FROM generate_series(1, 6) g")
    assert by_name(connection, limit=6)["public.t"].count == 6
    image = by_name(connection, limit=5)["public.t"]
    assert (image.rows, image.count) == (None, 6)
    assert [image.digests[attnum].values for attnum in (1, 2)] == [6, 5]
    again = by_name(connection, limit=5)["public.t"]
    assert image == again
    connection.execute("UPDATE t SET v = CASE id WHEN 1 THEN 'v2' ELSE 'v1' END WHERE id IN (1, 2)")
    swapped = by_name(connection, limit=5)["public.t"]
    assert swapped != image


def test_reading_in_a_transaction_sees_its_rows_and_keeps_it(connection):
    connection.execute("CREATE TABLE t (a int)")
    connection.execute("BEGIN; INSERT INTO t VALUES (1)")
    assert rows(connection, "public.t") == [("1",)]
    assert by_name(connection, limit=0)["public.t"].count == 1
    connection.execute("COMMIT")
    assert rows(connection, "public.t") == [("1",)]
