"""Rows that were kept come back exactly."""

import subprocess
from pathlib import Path

import psycopg
import pytest

from pgproof.catalog.read import read
from pgproof.data.keep import keep_rows
from pgproof.data.rows import Filler
from pgproof.data.seeds import run_seed
from pgproof.errors import UsageFault
from pgproof.server.database import create, drop

SCHEMA = r"""
CREATE SCHEMA "S x"; CREATE TYPE "S x".mood AS ENUM ('a''b', 'c\d');
CREATE TABLE "S x"."T%s" (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "m é" "S x".mood, f float8, b bytea,
    i interval, c char(4), j jsonb, t timestamptz, tags text[], g int GENERATED ALWAYS AS (id * 2) STORED, money money);
CREATE TABLE a (id serial PRIMARY KEY, b int NOT NULL);
CREATE TABLE b (id serial PRIMARY KEY, a int NOT NULL REFERENCES a);
ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b;
CREATE TABLE p (at date) PARTITION BY RANGE (at);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE nothing (); CREATE TABLE log (what text); CREATE TABLE history (version text);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO log VALUES (TG_OP); RETURN NEW; END$$;
CREATE TRIGGER t AFTER INSERT ON b FOR EACH ROW EXECUTE FUNCTION note();
CREATE SEQUENCE free; SELECT nextval('free');
INSERT INTO log VALUES ('of a migration'); INSERT INTO history VALUES ('1');
CREATE TABLE loose (n int, a int); INSERT INTO loose VALUES (-1, 7);
ALTER TABLE loose ADD CONSTRAINT "po s" CHECK (n > 0) NOT VALID; COMMENT ON CONSTRAINT "po s" ON loose IS 'it''s';
ALTER TABLE loose ADD FOREIGN KEY (a) REFERENCES a NOT VALID;
"""


@pytest.fixture
def twin(server, database):
    """Return the URL of a second database in the same schema, with other rows."""
    url = create(server, "pgproof_test_twin")
    with psycopg.connect(url, autocommit=True) as session:
        session.execute(SCHEMA)
        session.execute("INSERT INTO log VALUES ('of another run'); SELECT nextval('free')")
    yield url
    drop(server, "pgproof_test_twin")


def contents(url):
    """Return every row, and where every sequence stands."""
    with psycopg.connect(url) as session:
        session.execute("SET search_path = ''")
        found = {}
        for (table,) in session.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_catalog.pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall():
            found[table] = session.execute(f"SELECT t::text FROM {table} t ORDER BY tableoid, ctid").fetchall()
        found["sequences"] = session.execute(
            "SELECT schemaname, sequencename, last_value FROM pg_catalog.pg_sequences ORDER BY 1, 2"
        ).fetchall()
        found["constraints"] = session.execute(
            "SELECT conname, pg_catalog.pg_get_constraintdef(oid), pg_catalog.obj_description(oid, 'pg_constraint')"
            " FROM pg_catalog.pg_constraint WHERE contype = 'c' ORDER BY 1"
        ).fetchall()
        return found


@pytest.fixture
def kept(connection, tmp_path):
    """Return the file of a filled database's rows."""
    connection.execute(SCHEMA)
    catalog = read(connection).catalog
    filled = Filler().top_up(connection, catalog, exclude=frozenset({"public.history"}))
    assert filled.unfilled == {}
    return keep_rows(connection, catalog, tmp_path / "kept", "1/first", frozenset({"public.history"}))


def test_the_file_lies_where_a_seed_file_would(kept, tmp_path):
    assert kept == tmp_path / "kept" / "1" / "first.sql"
    assert "history" not in kept.read_text(encoding="utf-8")


def test_run_as_a_seed_it_brings_back_exactly_these_rows(kept, database, twin):
    before = contents(database)
    assert contents(twin) != before
    with psycopg.connect(twin, autocommit=True) as session:
        run_seed(session, kept)
        assert session.execute("SHOW session_replication_role").fetchone() == ("origin",)
    assert contents(twin) == before


def test_run_by_psql_it_does_the_same(kept, database, twin):
    psql = "psql"
    try:
        subprocess.run([psql, "--version"], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("no psql here")
    subprocess.run([psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", "-f", kept, twin], check=True)
    assert contents(twin) == contents(database)


def test_a_folder_that_cannot_be_made_is_a_fault(connection, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageFault, match="could not be written"):
        keep_rows(connection, read(connection).catalog, Path(tmp_path / "file"), "1")
