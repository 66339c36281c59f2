"""Tables are topped up before each migration: enough, never without bound, and for what comes later."""

import pytest

from pgproof.catalog.read import read
from pgproof.data.rows import Filler, FutureKey
from pgproof.errors import LostServer


@pytest.fixture
def top_up(connection):
    """Run a migration, then top up with one filler."""
    filler = Filler()

    def run(ddl, **options):
        connection.execute(ddl)
        return filler.top_up(connection, read(connection).catalog, **options)

    return run


def key(table, column, references, *, is_cleaned=False):
    return FutureKey(
        table=f"public.{table}",
        columns=(column,),
        references=f"public.{references}",
        referenced_columns=("id",),
        arrives=9,
        is_cleaned=is_cleaned,
    )


@pytest.fixture
def orphans(connection):
    """Count values of t.p that are no key of p."""

    def count(column="p"):
        query = f"SELECT count(*) FROM t WHERE {column} IS NOT NULL AND {column} NOT IN (SELECT id FROM p)"
        return connection.execute(query).fetchone()[0]

    return count


def test_a_full_table_is_left_alone(top_up):
    assert top_up("CREATE TABLE t (id serial PRIMARY KEY, a text, b bool NOT NULL DEFAULT false)").inserted
    assert not top_up("SELECT 1").inserted
    assert not top_up("SELECT 1", only={"public.t"}).inserted
    assert not top_up("SELECT 1", only=()).inserted


def test_a_new_nullable_column_gets_values(top_up, values_of):
    top_up("CREATE TABLE t (id int PRIMARY KEY)")
    assert top_up("ALTER TABLE t ADD COLUMN a text", only={"public.t"}).inserted == {"public.t": 4}
    assert {v is None for v in values_of("t", "a")} == {True, False}
    assert sorted(map(int, values_of("t", "id"))) == [*range(100_001, 100_025)]
    assert not top_up("SELECT 1").inserted


def test_a_column_that_may_be_null_now_gets_nulls(top_up, values_of):
    top_up("CREATE TABLE t (id int PRIMARY KEY, a text NOT NULL)")
    assert top_up("ALTER TABLE t ALTER COLUMN a DROP NOT NULL").inserted == {"public.t": 4}
    assert None in values_of("t", "a")


def test_a_new_column_with_a_default_gets_other_values(top_up, values_of):
    top_up("CREATE TABLE t (id int PRIMARY KEY)")
    top_up("ALTER TABLE t ADD COLUMN done bool NOT NULL DEFAULT false")
    assert set(values_of("t", "done")) == {"true", "false"}
    assert not top_up("SELECT 1").inserted


@pytest.mark.parametrize(
    "column", ["a int CHECK (a IS NOT NULL)", "a int NOT NULL DEFAULT 1 CHECK (a = 1)", "a int CHECK (a IS NULL)"]
)
def test_what_cannot_be_had_is_not_tried_for_ever(top_up, connection, column):
    for _ in range(5):
        top_up(f"CREATE TABLE IF NOT EXISTS t (id serial PRIMARY KEY, {column})")
    assert connection.execute("SELECT count(*) <= 24 FROM t").fetchone() == (True,)


def test_rows_that_were_deleted_come_back(top_up):
    top_up("CREATE TABLE t (id int PRIMARY KEY)")
    assert top_up("DELETE FROM t WHERE id > 100010", only={"public.t"}).inserted == {"public.t": 10}


def test_an_unfilled_table_is_named_until_it_can_be_filled(top_up):
    table = """CREATE TABLE p (id int PRIMARY KEY CHECK (id > 5 AND id < 5));
        CREATE TABLE t (p int NOT NULL REFERENCES p)"""
    assert set(top_up(table).unfilled) == {"public.p", "public.t"}
    assert set(top_up("CREATE TABLE other (id int)", only={"public.other"}).unfilled) == {"public.p", "public.t"}
    filled = top_up("ALTER TABLE p DROP CONSTRAINT p_id_check", only={"public.p"})
    assert (filled.inserted, filled.unfilled) == ({"public.p": 20, "public.t": 20}, {})


def test_a_table_that_is_gone_is_forgotten(top_up):
    assert top_up("CREATE TABLE t (id int CHECK (false) NOT NULL)").unfilled
    assert not top_up("DROP TABLE t", only=()).unfilled


def test_it_works_inside_an_open_transaction(top_up, connection):
    with connection.transaction(force_rollback=True):
        assert top_up("CREATE TABLE t (id int)").inserted == {"public.t": 20}
    assert connection.execute("SELECT to_regclass('t')").fetchone() == (None,)


@pytest.mark.parametrize("type_", ["smallint", "int", "bigint", "uuid", "text", "varchar(8)"])
def test_a_column_refers_before_its_key_and_its_parent_exist(top_up, orphans, connection, type_):
    future = [key("t", "p", "p")]
    top_up(f"CREATE TABLE t (id serial PRIMARY KEY, p {type_})", future=future)
    value = {"uuid": "gen_random_uuid()", "text": "'a'", "varchar(8)": "'a'"}.get(type_, "1")
    top_up(f"CREATE TABLE p (id {type_} PRIMARY KEY); INSERT INTO p VALUES ({value})", future=future, only={"public.p"})
    assert connection.execute("SELECT count(p) > 10 FROM t").fetchone() == (True,)
    assert orphans() == 0


def test_a_column_refers_before_its_key_exists(top_up, orphans):
    top_up("CREATE TABLE p (id serial PRIMARY KEY); CREATE TABLE t (p int NOT NULL)", future=[key("t", "p", "p")])
    assert orphans() == 0


def test_one_row_in_ten_refers_to_nothing_where_a_migration_cleans(top_up, orphans, connection):
    ddl = "CREATE TABLE p (id serial PRIMARY KEY); CREATE TABLE t (p int, q int NOT NULL)"
    top_up(ddl, future=[key("t", "p", "p", is_cleaned=True), key("t", "q", "p")])
    assert orphans("p") == 2
    assert orphans("q") == 0
    assert connection.execute("SELECT count(*) - count(p) > 0 FROM t").fetchone() == (True,)


def test_future_keys_in_a_circle_hold(top_up, connection):
    future = [key("t", "p", "p"), key("p", "t", "t"), key("t", "up", "t")]
    top_up("CREATE TABLE p (id int PRIMARY KEY, t int NOT NULL); CREATE TABLE t (id int PRIMARY KEY, p int, up int)",
           future=future)  # fmt: skip
    connection.execute("""ALTER TABLE t ADD FOREIGN KEY (p) REFERENCES p;
        ALTER TABLE p ADD FOREIGN KEY (t) REFERENCES t;
        ALTER TABLE t ADD FOREIGN KEY (up) REFERENCES t""")


def test_a_key_that_exists_by_now_is_taken_from_the_catalog(top_up, orphans):
    top_up("CREATE TABLE p (id serial PRIMARY KEY); CREATE TABLE t (p int REFERENCES p)",
           future=[key("t", "p", "p", is_cleaned=True)])  # fmt: skip
    assert orphans() == 0


def test_a_partition_that_changed_stands_for_its_root(top_up):
    top_up("""CREATE TABLE t (id int) PARTITION BY RANGE (id);
        CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (1) TO (90)""")
    assert top_up("DELETE FROM t1", only={"public.t1"}).inserted == {"public.t": 20}


def test_a_server_that_is_lost_is_no_reason(top_up):
    with pytest.raises(LostServer):
        top_up("""CREATE TABLE t (id int); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS
            $$BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END$$;
            CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()""")
