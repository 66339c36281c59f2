"""Several statements in one exchange, and lists of texts."""

import pytest
from psycopg import sql

from pgproof.data.exchange import START, ask, attempt, listed

TEXTS = [
    "",
    "NULL",
    "null",
    None,
    "a b",
    "a,b",
    "{x}",
    '"',
    'a"b',
    "\\",
    "\\\\'",
    "it's",
    "\n\t",
    "%s $1 {}",
    "naïve ü 日本",
    "E'x'",
]


def test_a_list_is_read_as_it_was_written(connection):
    [answer] = ask(connection, [sql.SQL("SELECT {}").format(listed(TEXTS))])
    assert answer.rows == [(TEXTS,)]


@pytest.mark.parametrize("setting", ["on", "off"])
def test_backslashes_mean_themselves_whatever_the_session_says(connection, setting):
    connection.execute(f"SET escape_string_warning = off; SET standard_conforming_strings = {setting}")
    [answer] = ask(connection, [sql.SQL("SELECT {}").format(listed(TEXTS))])
    assert answer.rows == [(TEXTS,)]


def test_each_statement_has_its_answer(connection):
    statements = ["CREATE TABLE t (a int)", "INSERT INTO t SELECT generate_series(1, 3)", "SELECT max(a), '%' FROM t"]
    created, inserted, found = ask(connection, [sql.SQL(s) for s in statements])
    assert (created.rows, inserted.rows, inserted.count) == ((), (), 3)
    assert found.rows == [(3, "%")]


@pytest.mark.parametrize("refused", ["SELECT 1 / 0", "SELECT nonsense", "this is no SQL"])
def test_what_is_refused_leaves_nothing_and_the_transaction_goes_on(connection, refused):
    with connection.transaction():
        ask(connection, [sql.SQL("CREATE TABLE t (a int)"), START])
        said = attempt(connection, [sql.SQL("INSERT INTO t VALUES (1)"), sql.SQL(refused)])
        assert isinstance(said, str)
        assert said.endswith(("(22012)", "(42703)", "(42601)"))
        taken = attempt(connection, [sql.SQL("INSERT INTO t VALUES (2)"), sql.SQL("SELECT 5")])
        assert [a.count for a in taken] == [1, 1]
    assert connection.execute("SELECT a FROM t").fetchall() == [(2,)]


def test_what_cannot_be_sent_is_refused_too(connection):
    with connection.transaction():
        ask(connection, [START])
        assert isinstance(attempt(connection, [sql.SQL("SELECT {}").format(listed(["\0"]))]), str)
        assert connection.execute("SELECT 1").fetchone() == (1,)
