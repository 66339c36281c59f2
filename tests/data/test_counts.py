"""How many rows tables hold."""

from __future__ import annotations

from typing import Any

import psycopg

from pgproof.data.counts import row_counts


def test_every_table_that_holds_rows_is_counted(connection: psycopg.Connection[Any]):
    connection.execute(
        'CREATE SCHEMA "Über uns"; CREATE TABLE "Über uns"."Order ""Items""" (a integer); CREATE TABLE empty ();'
        "CREATE TABLE history (a integer); CREATE TABLE parent (a integer); CREATE TABLE child () INHERITS (parent);"
        "CREATE TABLE p (a integer) PARTITION BY RANGE (a); CREATE TEMP TABLE t AS SELECT 1;"
        "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10) PARTITION BY RANGE (a);"
        "CREATE TABLE p11 PARTITION OF p1 FOR VALUES FROM (0) TO (5); CREATE TABLE p2 PARTITION OF p DEFAULT;"
        'INSERT INTO "Über uns"."Order ""Items""" SELECT generate_series(1, 1500); INSERT INTO history VALUES (1);'
        "INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1), (2); INSERT INTO p VALUES (1), (2), (77);"
        "CREATE TABLE emptied AS SELECT 1 AS a; DELETE FROM emptied; CREATE VIEW v AS SELECT 1;"
        "CREATE MATERIALIZED VIEW m AS SELECT 1"
    )

    assert row_counts(connection, exclude=["public.history"]) == {
        '"Über uns"."Order ""Items"""': 1500,
        "public.child": 2,
        "public.p": 3,
        "public.p1": 2,
        "public.p11": 2,
        "public.p2": 1,
        "public.parent": 1,
    }


def test_rows_of_an_open_transaction_count_and_its_settings_stay(connection: psycopg.Connection[Any]):
    connection.execute(
        "CREATE TABLE t (a integer); BEGIN; SET LOCAL search_path = pg_catalog; INSERT INTO public.t VALUES (1)"
    )

    assert row_counts(connection) == {"public.t": 1}
    assert connection.execute("SHOW search_path").fetchone() == ("pg_catalog",)
    connection.execute("ROLLBACK")
    assert row_counts(connection) == {}
