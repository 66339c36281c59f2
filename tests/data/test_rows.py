"""Every table gets rows that satisfy every constraint, or a reason."""

import pytest

from pgproof.data.rows import Filler

FILLED = {
    "widths": """CREATE TABLE t (a varchar(1) NOT NULL, b char(4) PRIMARY KEY, c numeric(3,2) NOT NULL,
        d numeric(2,0),
        e numeric(5,5), f bit(3), g varbit(5), h timestamp(0), i interval day to second(2), j varchar(300) UNIQUE,
        k "char", l numeric(1,0) UNIQUE, m smallint UNIQUE, n varchar(10)[], o numeric(4,1)[])""",
    "lists and ranges": """CREATE TABLE t (id smallint PRIMARY KEY, a int CHECK (a IN (1, 3, 5)),
        b text CHECK (b = ANY (ARRAY['x', 'y'])), c int NOT NULL CHECK (c > 10 AND c <= 20),
        d numeric(5,2) CHECK (d BETWEEN 0 AND 1), e text CHECK (char_length(e) = 5), f int CHECK (f < 0),
        g date CHECK (g >= '2020-01-01' AND g < '2020-02-01'), h float8 CHECK (h > 0 AND h < 1),
        i char(2) CHECK (i = upper(i)), j text NOT NULL CHECK (j IN ('only one')))""",
    "patterns": r"""CREATE TABLE t (a text UNIQUE NOT NULL CHECK (a ~ '^[A-Z]{3}-[0-9]{4}$'),
        b text CHECK (b LIKE 'PRE%'),
        c text CHECK (c ~* '^https?://'), d text UNIQUE CHECK (d ~ '^[^@]+@[^@]+\.[a-z]+$'),
        e text CHECK (length(e) = 64 AND e ~ '^[0-9a-f]+$'), f text CHECK (f ~ '100%s$'))""",
    "documents and arrays": """CREATE TABLE t (a jsonb CHECK (jsonb_typeof(a) = 'array'),
        b int[] CHECK (cardinality(b) = 3),
        c text[] CHECK (c <@ ARRAY['r', 'w']), d jsonb NOT NULL CHECK (jsonb_typeof(d) = 'object'))""",
    "several columns": """CREATE TABLE t (id serial PRIMARY KEY, a int, b int, CHECK (num_nonnulls(a, b) = 1),
        kind text NOT NULL CHECK (kind IN ('card', 'cash')), card text,
        CHECK ((kind = 'card' AND card IS NOT NULL) OR (kind = 'cash' AND card IS NULL)),
        s date, e date, CHECK (s < e), x int NOT NULL, y int NOT NULL, CHECK (x + y <= 100 AND x <> y))""",
    "domains": r"""CREATE DOMAIN positive AS int CHECK (VALUE > 0);
        CREATE DOMAIN small AS positive CHECK (VALUE < 10);
        CREATE DOMAIN email AS text CHECK (VALUE ~ '^[^@]+@[^@]+\.[a-z]+$'); CREATE DOMAIN named AS text NOT NULL;
        CREATE DOMAIN pair AS int[] CHECK (array_length(VALUE, 1) = 2); CREATE TYPE address AS (street text,
        mail email, n small);
        CREATE TABLE t (id positive PRIMARY KEY, e email UNIQUE, s small NOT NULL, n named, p pair, a address,
        es email[])""",
    "a column called value": """CREATE TABLE t (value int CHECK (value > 5), ordinality int,
        candidate text CHECK (candidate <> ''))""",
    "unique": """CREATE TABLE t (id int, mail text, active bool NOT NULL, kind text NOT NULL,
        a int UNIQUE DEFERRABLE INITIALLY DEFERRED);
        CREATE UNIQUE INDEX ON t (lower(mail)); CREATE UNIQUE INDEX ON t (kind) WHERE active""",
    "exclusion": """CREATE TABLE t (during tstzrange NOT NULL, c circle, EXCLUDE USING gist (during WITH &&),
        EXCLUDE USING gist (c WITH &&))""",
    "generated": """CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a int,
        b int GENERATED ALWAYS AS (a * 2) STORED CHECK (b < 1000),
        c text GENERATED ALWAYS AS (upper(d)) STORED UNIQUE,
        d text NOT NULL, e smallserial)""",
    "self": "CREATE TABLE t (id serial PRIMARY KEY, parent int REFERENCES t, root int NOT NULL REFERENCES t)",
    "row security": """CREATE TABLE t (id int); ALTER TABLE t ENABLE ROW LEVEL SECURITY;
        ALTER TABLE t FORCE ROW LEVEL SECURITY""",
    "inheritance": "CREATE TABLE t (id int, d date); CREATE TABLE u (CHECK (d < '2024-01-10')) INHERITS (t)",
    "range partitions": """CREATE TABLE t (id int, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
        CREATE TABLE t1 PARTITION OF t FOR VALUES FROM ('1999-01-01') TO ('1999-02-01');
        CREATE TABLE t2 PARTITION OF t FOR VALUES FROM ('2050-02-01') TO ('2050-03-01')""",
    "list partitions": """CREATE TABLE t (id int, k text) PARTITION BY LIST (k);
        CREATE TABLE t1 PARTITION OF t FOR VALUES IN ('a', 'b') PARTITION BY RANGE (id);
        CREATE TABLE t11 PARTITION OF t1 FOR VALUES FROM (500) TO (600)""",
    "hash partitions": """CREATE TABLE t (id uuid PRIMARY KEY) PARTITION BY HASH (id);
        CREATE TABLE t0 PARTITION OF t FOR VALUES WITH (MODULUS 4, REMAINDER 3)""",
    "partitions by expression": """CREATE TABLE t (at timestamptz) PARTITION BY RANGE (date_trunc('day',
        at AT TIME ZONE 'UTC'));
        CREATE TABLE t1 PARTITION OF t FOR VALUES FROM ('2020-01-01') TO ('2020-02-01')""",
    "a trigger that moves rows": """CREATE TABLE t (id int, d date);
        CREATE TABLE u (CHECK (d < '2024-01-10')) INHERITS (t);
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO u VALUES (NEW.*); RETURN NULL;
        END$$;
        CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()""",
    "a trigger that drops every other row": """CREATE TABLE t (id serial PRIMARY KEY, v int);
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS
        $$BEGIN IF NEW.id % 2 = 1 THEN RETURN NULL; END IF; RETURN NEW; END$$;
        CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()""",
    "a rule": "CREATE TABLE t (id int UNIQUE); CREATE RULE r AS ON UPDATE TO t DO INSTEAD NOTHING",
    "no columns": "CREATE TABLE t ()",
    "only generated columns": "CREATE TABLE t (a int GENERATED ALWAYS AS (1) STORED)",
}


@pytest.mark.parametrize("ddl", FILLED.values(), ids=FILLED)
def test_every_table_gets_its_rows(fill, connection, ddl):
    filled = fill(ddl)
    assert filled.unfilled == {}
    assert connection.execute("SELECT count(*) >= 20 FROM t").fetchone() == (True,)


VARIED = ("widths", "patterns", "documents and arrays", "several columns", "domains", "unique", "generated",
        "self", "range partitions")


@pytest.mark.parametrize("ddl", [FILLED[n] for n in VARIED], ids=VARIED)
def test_every_nullable_column_holds_values_and_nulls(fill, connection, ddl):
    fill(ddl)
    names = connection.execute(
        "SELECT quote_ident(attname) FROM pg_attribute a JOIN pg_type t ON t.oid = atttypid"
        " WHERE attrelid = 't'::regclass AND attnum > 0 AND NOT attnotnull AND attgenerated = '' AND NOT typnotnull"
    ).fetchall()
    for (name,) in names:
        values, nulls = connection.execute(f"SELECT count({name}), count(*) - count({name}) FROM t").fetchone()
        assert values > 0, name
        assert nulls > 0, name


def test_names_of_any_kind_are_quoted(fill, connection):
    filled = fill("""
        CREATE SCHEMA "Ünï ""s"; CREATE TYPE "Ünï ""s"."My Enum" AS ENUM ('a b', 'c''d', 'e"f', '%s');
        CREATE TABLE "Ünï ""s"."Order Items%s" ("Id %" serial PRIMARY KEY, "sel""ect" text,
            "naïve col" int CHECK ("naïve col" > 3 AND "naïve col" % 2 = 0), "pgproof 0" int, "$1" int);
        CREATE TABLE "Ünï ""s".ref ("e" "Ünï ""s"."My Enum" NOT NULL CHECK ("e" = 'e"f'), "es" "Ünï ""s"."My Enum"[],
            "x" int REFERENCES "Ünï ""s"."Order Items%s")""")
    assert filled.unfilled == {}
    assert list(filled.inserted.values()) == [20, 20]
    assert connection.execute('SELECT count("naïve col") > 0 FROM "Ünï ""s"."Order Items%s"').fetchone() == (True,)


UNFILLED = {
    "CREATE TABLE t (id int) PARTITION BY RANGE (id)": "has no partition",
    "CREATE TABLE t (id int CHECK (id > 5 AND id < 5), CHECK (id IS NOT NULL))": "violates check constraint",
    "CREATE TABLE t (id int NOT NULL CHECK (id IN (5, 6)) CHECK (id > 7))": "no value is known for its column id",
    "CREATE TABLE t (id int NOT NULL CHECK (false))": "none of 2,000 rows that were tried satisfies false",
    "CREATE TABLE t (id int); CREATE RULE r AS ON INSERT TO t DO INSTEAD NOTHING": "took none of the rows",
    """CREATE TABLE t (id int); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS
       $$BEGIN RAISE EXCEPTION 'not on a Monday'; END$$;
       CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()""": "not on a Monday (P0001)",
    """CREATE TABLE p (id int PRIMARY KEY CHECK (false));
       CREATE TABLE t (p int NOT NULL REFERENCES p)""": "refers to public.p",
}


@pytest.mark.parametrize("ddl", UNFILLED)
def test_a_table_that_cannot_be_filled_has_a_reason(fill, ddl):
    filled = fill(ddl + "; CREATE TABLE other (id int)")
    assert UNFILLED[ddl] in filled.unfilled["public.t"]
    assert filled.inserted == {"public.other": 20}


def test_keys_are_one_dense_block_above_those_of_migrations(fill, values_of):
    fill("CREATE TABLE t (id serial PRIMARY KEY, name text); INSERT INTO t VALUES (1, 'admin'), (2, 'guest')")
    assert sorted(map(int, values_of("t", "id"))) == [1, 2, *range(100_001, 100_019)]


@pytest.mark.parametrize(
    ("type_", "lowest"), [("smallint", 16_385), ("int", 100_001), ("bigint", 100_001), ("numeric(4)", 5_001)]
)
def test_keys_of_small_types_are_in_the_upper_half(fill, connection, type_, lowest):
    fill(f"CREATE TABLE t (id {type_} PRIMARY KEY)")
    assert connection.execute("SELECT min(id), max(id) FROM t").fetchone() == (lowest, lowest + 19)


def test_sequences_stand_at_the_greatest_key_and_never_go_back(fill, connection):
    fill("""CREATE TABLE a (id serial PRIMARY KEY); CREATE TABLE b (id serial PRIMARY KEY);
        SELECT setval('b_id_seq', 500000)""")
    assert connection.execute("SELECT nextval('a_id_seq'), nextval('b_id_seq')").fetchone() == (100_021, 500_001)


def test_values_vary(fill, values_of):
    fill("""CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
        CREATE TABLE t (m mood NOT NULL, b bool NOT NULL, s text NOT NULL, n int NOT NULL, o int NOT NULL,
        l varchar(7) NOT NULL)""")
    assert set(values_of("t", "m")) == {"sad", "ok", "happy"}
    assert set(values_of("t", "b")) == {"true", "false"}
    assert len(set(values_of("t", "s"))) == 20
    assert all(v.startswith("pgproof") for v in values_of("t", "s"))
    assert "0" in values_of("t", "n")
    assert max(map(int, values_of("t", "n"))) > 2_000_000_000
    assert max(map(len, values_of("t", "l"))) == 7


def test_setting_one_column_to_another_changes_something(fill, connection):
    fill("""CREATE TABLE t (a int NOT NULL, b int NOT NULL, c text NOT NULL, d text NOT NULL, e timestamptz NOT NULL,
        f timestamptz NOT NULL)""")
    for pair in ("a <> b", "c <> d", "e <> f"):
        assert connection.execute(f"SELECT count(*) > 10 FROM t WHERE {pair}").fetchone() == (True,)


def test_the_same_seed_makes_the_same_rows(fill, connection):
    ddl = FILLED["several columns"].replace("TABLE t", "TABLE {}")
    digests = []
    for seed, table in ((1, "t1"), (1, "t1"), (2, "t1")):
        fill(ddl.format(table), Filler(seed=seed))
        digests.append(connection.execute(f"SELECT string_agg({table}::text, '|' ORDER BY id) FROM {table}").fetchone())
        connection.execute(f"DROP TABLE {table}")
    assert digests[0] == digests[1] != digests[2]


def test_tables_that_are_excluded_or_not_asked_for_stay_empty(fill):
    filled = fill("CREATE TABLE a (id int); CREATE TABLE b (id int); CREATE TABLE c (id int)",
                  exclude=frozenset({"public.a"}), only={"public.a", "public.b"})  # fmt: skip
    assert filled.inserted == {"public.b": 20}


def test_a_foreign_table_is_passed_over(fill, connection):
    if not connection.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'file_fdw'").fetchone():
        pytest.skip("this server has no file_fdw")
    filled = fill("CREATE EXTENSION file_fdw; CREATE SERVER s FOREIGN DATA WRAPPER file_fdw;"
                  "CREATE FOREIGN TABLE f (a text) SERVER s OPTIONS (filename '/nonexistent')")  # fmt: skip
    assert (filled.inserted, filled.unfilled) == ({}, {})


def test_few_rows_are_enough_where_few_are_wanted(fill, connection):
    assert fill("CREATE TABLE t (id serial PRIMARY KEY, a int, b int)", Filler(rows=3)).inserted == {"public.t": 3}


def test_a_table_that_can_hold_few_rows_holds_as_many_as_it_can(fill):
    filled = fill("""CREATE TABLE one (id bool PRIMARY KEY DEFAULT true CHECK (id));
        CREATE TYPE c AS ENUM ('r', 'g', 'b'); CREATE TABLE three (c c PRIMARY KEY); CREATE TABLE nine (a c, b c,
        PRIMARY KEY (a, b))""")
    assert filled.inserted == {"public.one": 1, "public.three": 3, "public.nine": 9}
    assert filled.unfilled == {}
