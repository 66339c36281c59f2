"""``pgproof contract``: what it writes, what it leaves alone, and what it says."""

from __future__ import annotations

import os
import tomllib
from dataclasses import replace
from pathlib import Path

import chosen_server
import pytest

from pgproof import cli
from pgproof.catalog.catalog import Catalog
from pgproof.catalog.model import Column, Table
from pgproof.commands import contract as command
from pgproof.tool import Failure, History, HistoryTable, Migration
from pgproof.walk.evidence import Preview

FOREIGN = ("", "[project]\nname = 'x'\n", "not toml", "[tables.'public.t']\ncolum.id = 'text'\n")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("PGPROOF_")]:
        monkeypatch.delenv(name)
    migrations = tmp_path / "migrations"
    migrations.mkdir()
    for version, up, down in (
        ("m1", 'CREATE TABLE IF NOT EXISTS "Order Items" (id bigserial PRIMARY KEY);', 'DROP TABLE "Order Items";'),
        ("m2", "CREATE TABLE IF NOT EXISTS t (a text);", "DROP TABLE t;"),
    ):
        (migrations / f"{version}_x.up.sql").write_text(up)
        (migrations / f"{version}_x.down.sql").write_text(down)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def made(*columns: str) -> Preview:
    """Return a preview whose table has these columns."""
    migration = Migration(version="m1_x", up=Path("m1_x.up.sql"), down=None, mode="transaction")
    return Preview(
        server="PostgreSQL",
        server_version=150000,
        tool="sql",
        history=History(root=Path("migrations"), layout="named", migrations=(migration,), has_downs=True),
        history_table=HistoryTable(schema="public", table="h", version="version", applied_at=None),
        catalog=Catalog(
            tables=(Table(identity="public.t", owner="pgproof_tool", persistence="permanent", variety="table"),),
            columns=tuple(
                Column(identity=f"public.t.{name}", table="public.t", name=name, type="text", nullable=True)
                for name in columns
            ),
        ),
    )


@pytest.fixture
def makes(monkeypatch: pytest.MonkeyPatch):
    """Return what lets the migrations make a table with these columns."""

    def make(*columns: str, **given: object) -> None:
        class Session:
            preview = replace(made(*columns), **given)

            def close(self) -> None:
                pass

        monkeypatch.setattr(command, "open_session", lambda *_: Session())

    return make


def test_it_writes_what_the_migrations_make_and_checks_it(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    for name, value in chosen_server.environ().items():
        monkeypatch.setenv(name, value)

    assert cli.main(["contract", "--check"]) == 1
    assert "does not exist: `pgproof contract` writes it" in capsys.readouterr().out
    assert cli.main(["contract"]) == 0
    assert capsys.readouterr().out == "Wrote migrations/contract.toml: 1 schema, 2 tables.\n"
    written = (here / "migrations/contract.toml").read_text()
    assert tomllib.loads(written)["tables"] == {
        'public."Order Items"': {
            "column": {"id": "bigserial"},
            "constraint": {'"Order Items_pkey"': "PRIMARY KEY (id)"},
        },
        "public.t": {"column": {"a": "text"}},
    }
    (here / "migrations/m2_x.up.sql").write_text("CREATE TABLE IF NOT EXISTS t (a integer, b text);")
    assert cli.main(["contract", "migrations", "--check"]) == 1
    assert capsys.readouterr().out.splitlines()[1:3] == [
        "  column public.t.a: agreed text, is integer",
        "  column public.t.b is not in the contract: text",
    ]
    assert (here / "migrations/contract.toml").read_text() == written


def test_a_second_time_it_touches_nothing(here: Path, makes, capsys: pytest.CaptureFixture[str]):
    makes("a")
    cli.main(["contract"])
    file = here / "migrations/contract.toml"
    before = file.stat()

    assert cli.main(["contract"]) == 0
    assert cli.main(["contract", "--check"]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [
        "migrations/contract.toml is up to date.",
        "migrations/contract.toml says what the migrations make.",
    ]
    assert (file.stat().st_mtime_ns, file.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    assert [path.name for path in (here / "migrations").iterdir() if path.name.startswith(".")] == []


def test_it_says_what_is_new_and_which_bounds_went(here: Path, makes, capsys: pytest.CaptureFixture[str]):
    file = here / "migrations/contract.toml"
    file.write_text(
        "[migrations.m1_x]\nirreversible = true\nreason = 'r'\n\n"
        "[tables.'public.old']\nrows = 3\ncolumn.a = 'text'\n\n[tables.'public.t']\nrows = 1 # one\ncolumn.a = 'int'\n"
    )
    makes("a", "b")

    assert cli.main(["contract"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Wrote migrations/contract.toml, which was not what the migrations make:",
        "  table public.old is in the contract and not in the database",
        "  column public.t.a: agreed int, is text",
        "  column public.t.b is not in the contract: text",
        "  the bounds of the rows of public.old went with the table",
    ]
    assert file.read_text() == (
        "[migrations.m1_x]\nirreversible = true\nreason = 'r'\n\n"
        '[tables."public.t"]\nrows = 1 # one\ncolumn.a = "text"\ncolumn.b = "text"\n'
    )


@pytest.mark.parametrize("text", FOREIGN[1:])
def test_what_is_no_contract_is_not_written_over(here: Path, text: str, makes, capsys: pytest.CaptureFixture[str]):
    makes("a")
    file = here / "other.toml"
    file.write_text(text)

    assert cli.main(["contract", "--contract=other.toml"]) == 4
    assert file.read_text() == text
    assert "other.toml" in capsys.readouterr().err


def test_a_conflict_of_git_has_its_own_cure(here: Path, makes, capsys: pytest.CaptureFixture[str]):
    makes("a")
    (here / "migrations/contract.toml").write_text("[tables.t]\n<<<<<<< HEAD\ncolumn.a = 'x'\n=======\n>>>>>>> b\n")

    assert cli.main(["contract"]) == 4
    assert "holds a conflict of git" in capsys.readouterr().err


def test_the_file_may_be_named_and_need_not_be_there(here: Path, makes):
    makes("a")
    (here / "docs").mkdir()

    assert cli.main(["contract", "--contract", "docs/agreed.toml"]) == 0
    assert (here / "docs/agreed.toml").is_file()
    (here / "pgproof.toml").write_text('contract = "docs/new.toml"\n')
    assert cli.main(["contract"]) == 0
    assert (here / "docs/new.toml").read_text() == (here / "docs/agreed.toml").read_text()


def test_a_link_stays_a_link_and_rights_stay(here: Path, makes):
    makes("a")
    real = here / "real.toml"
    real.write_text("# ours\n")
    real.chmod(0o600)
    (here / "migrations/contract.toml").symlink_to(real)

    assert cli.main(["contract"]) == 0
    assert (here / "migrations/contract.toml").is_symlink()
    assert real.read_text().startswith("# ours\n\n[tables")
    assert real.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--contract=no/such/folder.toml"], "cannot be written: No such file or directory"),
        (["-x"], "-x is no option of contract"),
        (["--subject=public.t"], "--subject is no option of contract"),
        (["--check=rows-survive"], "--check takes no value"),
        (["no-such-directory"], "no-such-directory"),
    ],
)
def test_what_cannot_be_meant_is_one_message(
    words: list[str], message: str, here: Path, makes, capsys: pytest.CaptureFixture[str]
):
    makes("a")

    assert cli.main(["contract", *words]) == 4
    assert message in capsys.readouterr().err


def test_a_history_that_does_not_reach_its_end_has_no_contract(here: Path, makes, capsys: pytest.CaptureFixture[str]):
    failure = Failure(sqlstate="42P01", message='relation "x" does not exist', file="m1_x.up.sql", line=3)
    makes("a", on_empty={"m1_x": failure})

    for words in (["contract"], ["contract", "--check"]):
        assert cli.main(words) == 4
        assert 'm1_x does not apply to an empty database: ERROR 42P01: relation "x" does not exist' in (
            capsys.readouterr().err
        )
    assert not (here / "migrations/contract.toml").exists()
