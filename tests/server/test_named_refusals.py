"""Servers with an address that cannot be used: each is refused with what to do."""

from __future__ import annotations

import pytest

from pgproof.errors import ServerFault, UsageFault
from pgproof.server import entering

from .conftest import ANY, AT_HAND, enter
from .tcp import PASSWORD, TcpServer

pytestmark = pytest.mark.usefixtures("nothing_stays")


@pytest.mark.parametrize(
    ("user", "db", "password", "words"),
    [
        ("ci", "postgres", "wrong", "does not accept the password"),
        ("missing", "postgres", PASSWORD, "does not accept the password"),  # PostgreSQL does not tell
        ("ci", "missing", PASSWORD, "knows no such role or database"),
        ("nobody", "postgres", PASSWORD, "may not create databases"),
    ],
)
def test_a_server_that_says_no(tcp: TcpServer, user: str, db: str, password: str, words: str) -> None:
    with pytest.raises(ServerFault, match=words) as caught:
        enter(tcp.url(user, db, password))
    assert password not in str(caught.value)
    assert f"{user}@127.0.0.1:{tcp.port}" in caught.value.message or f"user {user} " in caught.value.message
    assert caught.value.remedy


def test_a_password_that_is_missing(tcp: TcpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSFILE", "/dev/null")
    with pytest.raises(ServerFault, match="asks for a password") as caught:
        enter(f"postgresql://ci@127.0.0.1:{tcp.port}/postgres")
    assert "PGPROOF_SERVER=" in caught.value.remedy


@pytest.mark.parametrize("place", ["127.0.0.1:1", "nowhere.invalid:5432"])
def test_a_server_that_is_not_there(place: str) -> None:
    with pytest.raises(ServerFault, match=f"There is no server at ci@{place}") as caught:
        enter(f"postgresql://ci:hunter2@{place}/postgres")
    assert "hunter2" not in str(caught.value)
    assert "pg_isready" in caught.value.remedy


def test_another_version_than_asked_for_is_an_error(tcp: TcpServer) -> None:
    with pytest.raises(ServerFault, match=f"is PostgreSQL {AT_HAND[ANY].release}.*pg_version asks for 99"):
        enter(tcp.url("ci"), pg_version=99)


def test_an_older_version_than_pgproof_knows_is_an_error(tcp: TcpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entering, "OLDEST", 99)
    with pytest.raises(ServerFault, match=rf"is PostgreSQL {ANY}\.") as caught:
        enter(tcp.url("ci"))
    assert "PostgreSQL 99 or newer" in caught.value.remedy


def test_extensions_that_it_lacks_are_named(tcp: TcpServer) -> None:
    with pytest.raises(ServerFault, match="does not have: nonesuch"):
        enter(tcp.url("ci"), extensions=frozenset({"plpgsql", "nonesuch"}))


def test_an_unknown_time_zone_is_the_users_fault(tcp: TcpServer) -> None:
    with pytest.raises(UsageFault, match="knows no time zone 'Mars/Base'"):
        enter(tcp.url("ci"), timezone="Mars/Base")


def test_a_user_set_to_read_only_is_refused(tcp: TcpServer) -> None:
    tcp.execute("ALTER ROLE ci SET default_transaction_read_only = on")
    try:
        with pytest.raises(ServerFault, match="set to read only"):
            enter(tcp.url("ci"))
    finally:
        tcp.execute("ALTER ROLE ci RESET ALL")


def test_a_standby_is_refused(monkeypatch: pytest.MonkeyPatch, tcp: TcpServer) -> None:
    facts = entering._FACTS.replace("pg_is_in_recovery()", "true")  # noqa: SLF001 - a standby would take seconds
    monkeypatch.setattr(entering, "_FACTS", facts)
    with pytest.raises(ServerFault, match="is a standby") as caught:
        enter(tcp.url("ci"))
    assert "primary" in caught.value.remedy
