"""Reading answers in fixed settings and leaves the session as it was."""

import psycopg
import pytest

from pgproof.data.reading import Reading

SETTINGS = ("DateStyle", "TimeZone", "search_path", "row_security", "client_encoding", "role")


def settings(connection):
    return {name: connection.execute(f"SHOW {name}").fetchone()[0] for name in SETTINGS}


@pytest.mark.parametrize("is_within", [True, False])
def test_settings_are_fixed_while_reading_and_as_before_afterwards(connection, is_within):
    connection.execute("SET DateStyle = 'German'; SET TimeZone = 'America/Lima'; SET client_encoding = 'LATIN1'")
    connection.execute("CREATE ROLE pgproof_reader; SET ROLE pgproof_reader")
    if is_within:
        connection.execute("BEGIN")
    before = settings(connection)
    with Reading(connection) as reading:
        told = reading.ask("SELECT timestamptz '2024-02-01 00:00+00', current_user = session_user, 'é€'", "SELECT NULL")
    assert told == [[("2024-02-01 00:00:00+00", "t", "é€")], [(None,)]]
    assert settings(connection) == before
    assert before["role"] == "pgproof_reader"
    connection.execute("RESET ROLE; DROP ROLE pgproof_reader")


@pytest.mark.parametrize("is_last", [True, False])
def test_an_error_is_told_and_the_transaction_goes_on(connection, is_last):
    connection.execute("CREATE TABLE t (a int)")
    connection.execute("BEGIN; INSERT INTO t VALUES (1)")
    with pytest.raises(psycopg.errors.DivisionByZero), Reading(connection) as reading:
        reading.ask("SELECT 1/0", last=is_last)
    connection.execute("INSERT INTO t VALUES (2)")
    connection.execute("COMMIT")
    assert connection.execute("SELECT count(*) FROM t").fetchone() == (2,)


def test_an_error_outside_a_transaction_leaves_none_open(connection):
    with pytest.raises(psycopg.errors.DivisionByZero), Reading(connection) as reading:
        reading.ask("SELECT 1/0", last=True)
    assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE


def test_locks_are_given_back(connection):
    connection.execute("CREATE TABLE t (a int)")
    connection.execute("BEGIN")
    with Reading(connection) as reading:
        assert reading.ask("SELECT a FROM public.t") == [[]]
    held = connection.execute("SELECT count(*) FROM pg_locks WHERE relation = 't'::regclass").fetchone()
    assert held == (0,)
    connection.execute("COMMIT")


def test_rows_of_no_column_are_rows(connection):
    connection.execute("CREATE TABLE t (); INSERT INTO t DEFAULT VALUES; INSERT INTO t DEFAULT VALUES")
    with Reading(connection) as reading:
        assert reading.ask("SELECT FROM public.t") == [[(), ()]]


def test_reading_asks_again_after_its_end(connection):
    connection.execute("BEGIN")
    with Reading(connection) as reading:
        assert reading.ask("SELECT 1", last=True) == [[("1",)]]
        assert reading.ask("SELECT current_setting('TimeZone')", "SELECT '100%'") == [[("UTC",)], [("100%",)]]
    connection.execute("COMMIT")
