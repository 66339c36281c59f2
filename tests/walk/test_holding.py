"""The database of older migrations is taken from an earlier run under a key of all that went into it, and no other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pgproof.errors import HistoryFault
from pgproof.server import database
from pgproof.settings import Base, HistoryOverride, Settings
from pgproof.tool import layouts
from pgproof.walk import holding as keys
from pgproof.walk.evidence import Unwritten
from pgproof.walk.opening import open_session
from pgproof.walk.session import Session

FILES = {
    "m1_t": "CREATE TABLE t (id bigint PRIMARY KEY, name text);",
    "m2_c": "ALTER TABLE t ADD COLUMN c integer;",
    "m3_d": "ALTER TABLE t ADD COLUMN d integer;",
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a migrations directory; what is kept goes to a cache directory of the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "migrations"
    folder.mkdir()
    for version, text in FILES.items():
        (folder / f"{version}.up.sql").write_text(text)
        (folder / f"{version}.down.sql").write_text("SELECT 1;")
    (tmp_path / "base.sql").write_text("CREATE TABLE earlier (id integer PRIMARY KEY);")
    return folder


@pytest.fixture
def settings(root: Path) -> Settings:
    return Settings(migrations=root, server="embedded", since="m2_c", timezone="Asia/Tokyo")


def key(settings: Settings) -> object:
    history = layouts.detect([settings.migrations], settings.layout, settings.groups)
    return keys.holding(settings, history, history.versions.index(settings.since or "") + 1)


def test_the_key_is_the_same_for_the_same_and_for_newer_migrations(settings, root):
    before = key(settings)
    (root / "m3_d.up.sql").write_text("SELECT 2;")
    (root / "m1_t.down.sql").write_text("SELECT 2;")

    assert key(settings) == before
    assert key(replace(settings, profile="adopt", rows=3, seed=9, subjects=("m3_d",))) == before


def _edited(root: Path) -> None:
    (root / "m1_t.up.sql").write_text(FILES["m1_t"] + " -- a word")


def _renamed(root: Path) -> None:
    (root / "m1_t.up.sql").rename(root / "m1_u.up.sql")


def _slipped_in(root: Path) -> None:
    (root / "m1_z.up.sql").write_text("SELECT 1;")


def _outside(root: Path) -> None:
    (root / "m2_c.up.sql").write_text("-- pgproof: no-transaction\n" + FILES["m2_c"])


@pytest.mark.parametrize("poison", [_edited, _renamed, _slipped_in, _outside])
def test_another_content_of_an_older_migration_is_another_key(settings, root, poison):
    before = key(settings)
    poison(root)

    assert key(settings) != before


@pytest.mark.parametrize(
    "other",
    [
        {"since": "m1_t"},
        {"role": "app"},
        {"statement_timeout": "3s"},
        {"lock_timeout": "3s"},
        {"history": HistoryOverride(table="public.done", version="version")},
        {"base": Base(roles=("app",))},
        {"base": Base(schemas=("app",))},
        {"base": Base(extensions=("hstore",))},
        {"base": Base(settings={"search_path": "app"})},
    ],
)
def test_another_setting_is_another_key(settings, other):
    assert key(replace(settings, **other)) != key(settings)


def test_another_content_of_a_base_file_is_another_key(settings, root):
    file = root.parent / "base.sql"
    settings = replace(settings, base=Base(sql=(file,)))
    before = key(settings)
    file.write_text("CREATE TABLE earlier (id bigint PRIMARY KEY);")

    assert key(settings) != before


def test_another_pgproof_is_another_key(settings, monkeypatch, tmp_path):
    before = key(settings)
    monkeypatch.setattr(keys, "version", lambda _: "99.0")
    other = key(settings)
    (tmp_path / "pgproof").mkdir()
    (tmp_path / "pgproof" / "base.py").write_text("")
    monkeypatch.setattr(keys.base, "__file__", str(tmp_path / "pgproof" / "base.py"))

    assert before != other != key(settings)


@pytest.fixture
def opened() -> Iterator:
    sessions: list[Session] = []

    def open_one(settings: Settings) -> Session:
        sessions.append(open_session(settings, Unwritten()))
        return sessions[-1]

    yield open_one
    for session in sessions:
        session.close()


def test_a_later_run_takes_the_database_of_an_earlier_one_and_sees_the_same(settings, opened):
    first, second = opened(settings), opened(settings)

    assert (first.server.is_restored, second.server.is_restored) == (False, True)
    assert second.preview.catalog == first.preview.catalog
    assert second.preview.touched == first.preview.touched == {"column public.t.d": "m3_d"}
    assert (second.preview.start, second.preview.base, second.preview.newer) == (2, "m2_c", ("m3_d",))
    assert second.preview.second_up is not None
    assert [r.version for r in second.preview.second_up.recorded] == ["m1_t", "m2_c", "m3_d"]


def test_with_a_base_and_a_role_a_later_run_sees_the_same(settings, root, opened):
    files = (root.parent / "base.sql",)
    base = Base(roles=("app",), schemas=("app",), settings={"search_path": "app, public"}, sql=files)
    settings = replace(settings, base=base, role="app")
    first, second = opened(settings), opened(settings)

    assert second.server.is_restored
    assert second.preview.catalog == first.preview.catalog
    assert second.preview.migrator == first.preview.migrator == "app"


def test_an_edited_older_migration_is_applied_anew(settings, root, opened):
    opened(settings)
    (root / "m1_t.up.sql").write_text("CREATE TABLE t (id bigint PRIMARY KEY, name varchar(7));")
    after = opened(settings)

    assert not after.server.is_restored
    types = {column.identity: column.type for column in after.preview.catalog.columns}
    assert types["public.t.name"] == "character varying(7)"


def test_fresh_takes_and_keeps_nothing(settings, opened):
    opened(replace(settings, fresh=True))
    second = opened(replace(settings, fresh=True))

    assert not second.server.is_restored
    assert not opened(settings).server.is_restored


def test_an_older_migration_that_does_not_apply_is_named_with_the_remedy(settings, root):
    (root / "m2_c.up.sql").write_text("ALTER TABLE nowhere ADD COLUMN c integer;")

    with pytest.raises(HistoryFault, match=r"m2_c, which is older than the base.*42P01") as caught:
        open_session(settings, Unwritten())
    assert "schema.sql" in caught.value.remedy


def test_what_the_base_has_recorded_is_not_applied_again(settings, root, opened):
    file = root.parent / "base.sql"
    file.write_text(
        "CREATE TABLE t (id bigint PRIMARY KEY, name text, legacy text);"
        "CREATE TABLE pgproof_history (version text PRIMARY KEY, applied_at timestamptz, ord int);"
        "INSERT INTO pgproof_history VALUES ('m1_t', now(), 1);"
    )
    session = opened(replace(settings, base=Base(sql=(file,))))

    columns = {column.identity for column in session.preview.catalog.columns}
    assert {"public.t.legacy", "public.t.c", "public.t.d"} <= columns


def test_the_databases_of_a_run_start_behind_the_older_migrations(settings, opened):
    session = opened(settings)
    url = database.create(session.server, "pgproof_look")

    with database.connect(url) as look:
        held = look.execute("SELECT version FROM pgproof_history ORDER BY ord").fetchall()
    assert held == [("m1_t",), ("m2_c",)]
