"""The tables and options that say what is there before the first migration, and who migrates."""

from __future__ import annotations

import pytest

from pgproof.errors import UsageFault
from pgproof.settings import Base, load


def read(here, text, options=None, environ=None):
    (here / "migrations").mkdir(exist_ok=True)
    (here / "pgproof.toml").write_text(text)
    return load(options or {}, cwd=here, environ=environ or {})


def test_a_base_is_read(tmp_path):
    (tmp_path / "base" / "more").mkdir(parents=True)
    for name in ("base/2.sql", "base/1.sql", "base/note.txt", "roles.sql"):
        (tmp_path / name).write_text("")
    settings = read(
        tmp_path,
        """
        [base]
        sql = ["roles.sql", "base"]
        roles = ["reader"]
        extensions = ["citext"]
        schemas = ["app"]
        settings = { search_path = "app, public", statement_timeout = 5000, jit = false }
        """,
    )

    assert settings.base == Base(
        sql=(tmp_path / "roles.sql", tmp_path / "base/1.sql", tmp_path / "base/2.sql"),
        roles=("reader",),
        extensions=("citext",),
        schemas=("app",),
        settings={"search_path": "app, public", "statement_timeout": "5000", "jit": "off"},
    )
    assert settings.source("base") == "pgproof.toml"
    assert str(settings.base) == (
        "roles reader; schemas app; extensions citext; settings search_path, statement_timeout, jit;"
        " files roles.sql, 1.sql, 2.sql"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[base]\nsql = ['missing.sql']", "there is no file"),
        ("[base]\nsql = ['migrations']", "holds no .sql file"),
        ("[base]\nsql = 'x.sql'", "'sql' must be a list of texts"),
        ("[base]\nrole = ['x']", "'role' is unknown. Did you mean 'roles'?"),
        ("[base]\nsettings = ['x']", "'settings' must be a table"),
        ("[base]\nsettings = { x = [1] }", "'settings.x' must be a text"),
        ("base = 1", "must be a table of keys"),
        ("role = 1", "'role' must be a text"),
        ("allow_server_wide = 'yes'", "'allow_server_wide' must be true or false"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path, text, words):
    with pytest.raises(UsageFault) as caught:
        read(tmp_path, text)

    assert words in caught.value.message


def test_who_migrates_may_be_said_everywhere(tmp_path):
    text = 'role = "app"\nstatement_timeout = "30s"\nlock_timeout = "1s"\nallow_server_wide = true\n'
    settings = read(tmp_path, text, {"role": "other"}, {"PGPROOF_LOCK_TIMEOUT": "5s"})

    assert (settings.role, settings.statement_timeout, settings.lock_timeout) == ("other", "30s", "5s")
    assert settings.allow_server_wide
