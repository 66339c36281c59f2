"""Reading a catalog: what it holds, and that nobody notices."""

from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest

from pgproof.catalog.catalog import FIELDS
from pgproof.catalog.read import read
from pgproof.server import Server, choose
from pgproof.server import database as databases

SETTINGS = ("search_path", "TimeZone", "DateStyle", "statement_timeout", "quote_all_identifiers", "lock_timeout", "jit")


def settings(connection: psycopg.Connection) -> list[str]:
    return [connection.execute(f"SHOW {name}").fetchone()[0] for name in SETTINGS]


def test_each_kind_is_read(rich: psycopg.Connection):
    catalog = read(rich).catalog
    assert [name for name in FIELDS.values() if not getattr(catalog, name)] == ["extensions", "subscriptions"]
    for name in FIELDS.values():
        identities = [thing.identity for thing in getattr(catalog, name)]
        assert identities == sorted(set(identities))


def test_settings_and_savepoints_of_an_open_transaction_stay(rich: psycopg.Connection):
    rich.execute("BEGIN; SET search_path = plain; SET LOCAL TimeZone = 'Asia/Tokyo'; SET LOCAL DateStyle = German")
    rich.execute(
        "SET LOCAL statement_timeout = '1min'; SET LOCAL quote_all_identifiers = on; SAVEPOINT pgproof_catalog"
    )
    before = settings(rich)
    rich.execute("CREATE TABLE open_table (id integer)")
    first = read(rich)
    again = read(rich, since=first)
    assert again is first
    assert "plain.open_table" in first.tables.values()
    assert settings(rich) == before
    rich.execute("ROLLBACK TO pgproof_catalog")
    assert "plain.open_table" not in read(rich, since=first).tables.values()
    rich.execute("ROLLBACK")


@pytest.mark.parametrize("autocommit", [True, False])
def test_idle_connection_stays_idle(rich: psycopg.Connection, autocommit: bool):
    rich.autocommit = autocommit
    before = rich.execute("SHOW search_path").fetchone()
    rich.rollback()
    read(rich)
    assert rich.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    assert rich.execute("SHOW search_path").fetchone() == before


def test_fault_leaves_the_transaction_usable(rich: psycopg.Connection, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("pgproof.catalog.read.needed", lambda _: ("view", "index"))
    monkeypatch.setattr("pgproof.catalog.statements._WHOLE", {"relations": "1 / (({})::int8 - ({})::int8) = 1"})
    rich.execute("BEGIN; CREATE TABLE kept (id integer)")
    with pytest.raises(psycopg.errors.DivisionByZero):
        read(rich)
    assert rich.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    rich.execute("ROLLBACK")


def test_excluded_table_is_left_out_with_what_is_its_own(connection: psycopg.Connection):
    connection.execute("CREATE TABLE t (id integer)")
    alone = read(connection).catalog
    connection.execute(
        "CREATE TABLE \"His tory\" (id serial PRIMARY KEY, v text UNIQUE CHECK (v <> ''));"
        'CREATE INDEX ON "His tory" (id);'
        'GRANT SELECT ON "His tory" TO PUBLIC; COMMENT ON TABLE "His tory" IS \'x\''
    )
    hidden = frozenset({'public."His tory"'})
    snapshot = read(connection, exclude=hidden)
    assert snapshot.catalog == alone
    assert set(snapshot.tables.values()) == {"public.t"}
    connection.execute('ALTER TABLE "His tory" ADD more integer')
    assert read(connection, exclude=hidden, since=snapshot).catalog == alone
    assert read(connection, since=snapshot).catalog != alone


def test_clone_is_read_since_its_original(server: Server, rich: psycopg.Connection):
    original = read(rich)
    name = rich.info.dbname
    rich.close()
    url = databases.clone(server, name, f"{name}_clone")
    try:
        with databases.connect(url) as clone:
            assert read(clone, since=original) is original
            clone.execute("ALTER TABLE plain.match_full ADD COLUMN extra integer")
            assert read(clone, since=original).catalog == read(clone).catalog != original.catalog
    finally:
        databases.drop(server, f"{name}_clone")


def test_members_of_extensions_are_left_out(connection: psycopg.Connection):
    query = "SELECT name FROM pg_available_extensions WHERE name IN ('citext', 'hstore', 'pg_trgm', 'vector') LIMIT 1"
    found = connection.execute(query).fetchone()
    if found is None:
        pytest.skip("this server has none of the extensions")
    before = read(connection)
    connection.execute(f"CREATE EXTENSION {found[0]}".encode())
    after = read(connection, since=before).catalog
    assert after == read(connection).catalog
    assert [extension.identity for extension in after.extensions] == list(found)
    assert [kind for kind in FIELDS.values() if getattr(after, kind)] == ["schemas", "extensions", "databases"]


def test_moments_of_the_run_are_the_clock(connection: psycopg.Connection):
    began = datetime.now(UTC)
    connection.execute("SET TimeZone = 'Asia/Tokyo'")
    connection.execute(
        "CREATE TABLE t (a timestamptz DEFAULT 'now', b timestamp DEFAULT 'now', c date DEFAULT 'today')"
    )
    connection.execute("ALTER TABLE t ADD d date DEFAULT '1999-01-01'")
    defaults = [column.default for column in read(connection, started=began).catalog.columns_of("public.t")]
    assert [default.split("::")[0] for default in defaults] == ["'<clock>'"] * 3 + ["'1999-01-01'"]


def test_plain_index_is_written_as_the_server_writes_it(rich: psycopg.Connection):
    rich.execute(
        'CREATE TABLE ix ("A b" varchar, t text COLLATE "C", n name, e public.mood, d public.positive, r int4range,'
        'v int[]); CREATE INDEX ON ix ("A b"); CREATE INDEX ON ix (t); CREATE INDEX ON ix (t COLLATE "POSIX");'
        "CREATE INDEX ON ix (n); "
        "CREATE INDEX ON ix (e); CREATE INDEX ON ix (d); CREATE INDEX ON ix (r); CREATE INDEX ON ix (v);"
        "CREATE INDEX ON ix USING hash (e); CREATE INDEX ON ix USING gin (v); CREATE INDEX ON ix (e DESC);"
        "CREATE INDEX ON ix (e NULLS FIRST); CREATE INDEX ON ix (t text_pattern_ops)"
    )
    rich.execute("SET search_path = pg_catalog")
    for index in read(rich).catalog.indexes:
        (text,) = rich.execute("SELECT pg_get_indexdef(%s::regclass)", [index.identity]).fetchone()
        assert text.endswith(f" {index.definition}")


@pytest.fixture(scope="module")
def servers(server: Server) -> Iterator[list[Server]]:
    """Yield servers of other major versions that are at hand, beside ours."""
    options = {"pg_bin": None, "scratch": None, "extensions": frozenset(), "timezone": "UTC"}
    majors = {17, 18} - {server.version // 10000}
    others = [choose.start(server="embedded", pg_version=major, **options) for major in majors]
    yield [server, *others]
    for other in others:
        other.close()


def test_same_statements_make_the_same_catalog_on_each_version(servers: list[Server], rich_sql: bytes):
    catalogs = {}
    for server in servers:
        url = databases.create(server, "pgproof_test_versions")
        with databases.connect(url) as connection:
            connection.execute(rich_sql)
            catalogs[server.version] = read(connection).catalog
        databases.drop(server, "pgproof_test_versions")
    assert len(catalogs) > 1
    first, *rest = catalogs.values()
    assert all(catalog == first for catalog in rest)


def test_unproven_and_unenforced_are_seen(connection: psycopg.Connection):
    if connection.info.server_version < 180000:
        pytest.skip("NOT ENFORCED is 18's")
    connection.execute(
        "CREATE TABLE t (a integer, b integer, CONSTRAINT ok CHECK (a > 0) NOT ENFORCED, UNIQUE (a));"
        "ALTER TABLE t ADD CONSTRAINT mine NOT NULL b NOT VALID;"
        "ALTER TABLE t ADD FOREIGN KEY (b) REFERENCES t (a) NOT ENFORCED"
    )
    catalog = read(connection).catalog
    states = {c.name: (c.is_validated, c.is_enforced, c.definition) for c in catalog.constraints}
    assert states["ok"] == (False, False, "CHECK ((a > 0))")
    assert states["t_b_fkey"] == (False, False, "FOREIGN KEY (b) REFERENCES public.t(a)")
    (b,) = (c for c in catalog.columns if c.name == "b")
    assert (b.nullable, b.not_null_valid, b.not_null_name) == (False, False, "mine")


def test_a_number_that_postgresql_keeps_among_the_options_of_a_column_is_none(connection: psycopg.Connection):
    """PostgreSQL 15.20 does so by itself; pg_dump leaves it out as well."""
    connection.execute("CREATE TABLE t (a int, b int, c int); ALTER TABLE t ALTER b SET (n_distinct = 5)")
    connection.execute("SET allow_system_table_mods = on")
    number = "array_prepend('pg_attver=22161408', attoptions)"
    connection.execute(
        f"UPDATE pg_attribute SET attoptions = {number} WHERE attrelid = 't'::regclass AND attname IN ('a', 'b')"
    )
    options = {column.identity: column.options for column in read(connection).catalog.columns}
    assert options == {"public.t.a": (), "public.t.b": ("n_distinct=5",), "public.t.c": ()}
