from __future__ import annotations

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from pgproof.errors import UsageFault
from pgproof.server.address import Address, parse, with_settings

from .tcp import PASSWORD, TcpServer


@pytest.mark.parametrize(
    ("text", "host", "port", "user", "database"),
    [
        ("postgresql://ci:x@db:5433/app", "db", "5433", "ci", "app"),
        ("postgres://ci@db", "db", "", "ci", "postgres"),
        ("host=db port=5433 user=ci password=x dbname=app", "db", "5433", "ci", "app"),
        ("postgresql://ci@[::1]:5433/app", "::1", "5433", "ci", "app"),
        ("postgresql://ci@/app?host=/run/pg&port=6000", "/run/pg", "6000", "ci", "app"),
        ("postgresql://d%C3%A9%40x@db/%20odd", "db", "", "dé@x", " odd"),
    ],
)
def test_an_address_is_read(text: str, host: str, port: str, user: str, database: str) -> None:
    address = parse(text)
    assert (address.host, address.port, address.user, address.database) == (host, port, user, database)


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://ci:hun/ter2@db/app",
        "postgresql://ci:hun@ter2@db/app",
        "postgresql://ci:hun%zzter2@db/app",
        "postgresql://ci:hunter2@db/app?nonsense=1",
        "postgresql://ci:12/ter2@db/app",
        "host=db password='hunter2",
        "postgresql://ci:hunter2@one,two/app",
        "postgresql://ci:hunter2@db/app?service=x",
    ],
)
def test_what_cannot_be_read_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(UsageFault) as caught:
        parse(text)
    assert "postgresql://USER:PASSWORD@HOST" in caught.value.remedy
    assert not any(part in str(caught.value) for part in ("hun", "ter2"))
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_url_of_a_database_keeps_everything_else() -> None:
    address = parse("postgresql://ci:p%40ss@db:5433/app?sslmode=require&options=-c%20a.b%3D1")
    said = conninfo_to_dict(address.url('o"d/d ?&', {"TimeZone": "Asia/Tokyo", "role": r"My \App"}))
    assert said == {
        "user": "ci", "password": "p@ss", "host": "db", "port": "5433", "dbname": 'o"d/d ?&', "sslmode": "require",
        "connect_timeout": "10", "options": r"-c a.b=1 -c TimeZone=Asia/Tokyo -c role=My\ \\App",
    }  # fmt: skip


def test_a_socket_and_an_ipv6_host_are_put_together_again() -> None:
    socket = Address(host="/run/p g", port="6000", user="a", database="x")
    assert conninfo_to_dict(socket.url("d", {})) == {"host": "/run/p g", "port": "6000", "user": "a", "dbname": "d"}
    ipv6 = Address(host="::1", port="6000", user="a", database="x")
    assert conninfo_to_dict(ipv6.url("d", {}))["host"] == "::1"


def test_an_address_as_text_has_no_password() -> None:
    address = parse("postgresql://ci:hunter2@db:5433/app?sslpassword=hunter2")
    assert str(address) == "ci@db:5433"
    assert "hunter2" not in repr(address)


def test_settings_are_added_behind_those_that_are_there() -> None:
    url = with_settings("postgresql://a@/d?host=%2Frun&options=-c%20x.y%3D1", {"lock_timeout": "1 s"})
    assert conninfo_to_dict(url)["options"] == r"-c x.y=1 -c lock_timeout=1\ s"
    assert conninfo_to_dict(url)["host"] == "/run"


def test_a_server_takes_them(tcp: TcpServer) -> None:
    url = parse(tcp.url("ci")).url("postgres", {"search_path": 'a, "B c"', "app.x": r"back\slash"})
    with psycopg.connect(with_settings(url, {"work_mem": "7 MB"})) as session:
        said = session.execute("SELECT current_setting(n) FROM unnest('{search_path,app.x,work_mem}'::text[]) n")
        assert [value for (value,) in said] == ['a, "B c"', r"back\slash", "7MB"]
        assert session.info.password == PASSWORD
