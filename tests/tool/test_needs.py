from __future__ import annotations

import pytest

from pgproof.tool import layouts
from pgproof.tool.needs import extensions, parts, roles, wishes


def test_extensions_of_a_history_are_found(write) -> None:
    root = write(
        {
            "a.up.sql": 'CREATE EXTENSION IF NOT EXISTS "uuid-ossp"; CREATE TABLE t (a int)',
            "b.up.sql": "DO $$ BEGIN CREATE EXTENSION pgcrypto; END $$",
            "b.down.sql": "CREATE EXTENSION hstore",
        }
    )
    assert extensions(layouts.detect(root)) == {"uuid-ossp", "pgcrypto"}


def test_roles_of_a_history_are_found(write) -> None:
    root = write({"a.up.sql": 'CREATE ROLE "App Owner"; CREATE USER reader', "b.up.sql": "SELECT 'CREATE ROLE x'"})
    assert roles(layouts.detect(root)) == {"App Owner", "reader"}


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        ("INSERT INTO t VALUES ('<a/>'::xml)", {"XML"}),
        ("CREATE TABLE t (a xml DEFAULT CAST('<a/>' AS pg_catalog.xml))", {"XML"}),
        ("CREATE VIEW v AS SELECT xmlelement(name a)", {"XML"}),
        ("SELECT table_to_xml('t', true, true, '')", {"XML"}),
        ("SELECT * FROM XMLTABLE('/a' PASSING (SELECT a FROM t) COLUMNS b text)", {"XML"}),
        ("CREATE INDEX i ON t ((xpath('/a', x)::text))", {"XML"}),
        ("CREATE COLLATION c (PROVIDER = icu, LOCALE = 'und-u-ks-level2', DETERMINISTIC = false)", {"ICU"}),
        ("CREATE COLLATION c (provider = 'icu', locale = 'en')", {"ICU"}),
        ('CREATE COLLATION c FROM "de-x-icu"', {"ICU"}),
        ('CREATE TABLE t (a text COLLATE pg_catalog."en-US-x-icu")', {"ICU"}),
        ("CREATE COLLATION c (provider = libc, locale = 'C')", set()),
        ('CREATE TABLE icu (xml text, xml_url text COLLATE "C"); SELECT xml FROM icu', set()),
        ("CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN '<a/>'::xml; END $$", set()),
        ("CREATE TABLE t (a xml)", set()),
        ("SELECT 'xml', 'icu'", set()),
        ("SELEC '<a/>'::xml", set()),
    ],
)
def test_parts_without_which_a_history_is_refused(write, text, needed) -> None:
    assert parts(layouts.detect(write({"a.up.sql": text, "a.down.sql": "SELECT '<a/>'::xml"}))) == needed


@pytest.mark.parametrize(
    ("text", "wished"),
    [
        ("CREATE TABLE t (a xml)", {"XML"}),
        ("ALTER TABLE t ADD a xml[]", {"XML"}),
        ("CREATE DOMAIN d AS xml", {"XML"}),
        ("CREATE TABLE xml (xml text)", set()),
    ],
)
def test_parts_without_which_tables_stay_empty(write, text, wished) -> None:
    assert wishes(layouts.detect(write({"a.up.sql": text}))) == wished
