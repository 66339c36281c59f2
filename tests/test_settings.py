"""Settings: files, environment, options, each value with its source; what is unknown is an error."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec
import pytest
from settings_files import here, read

from pgproof.errors import UsageFault
from pgproof.finding import Level
from pgproof.settings import HistoryOverride, Settings, Waiver, load
from pgproof.settings.options import OPTIONS

__all__ = ["here"]


def test_everything_has_a_default(here):
    settings = read(here)

    assert settings == Settings(migrations=here / "migrations")
    assert settings.source("rows") == "default"


def test_the_later_wins_and_each_value_knows_its_source(here):
    text = 'rows = 2\nseed = 3\ntimezone = "UTC"\n'
    settings = read(here, text, environ={"PGPROOF_SEED": "4", "PGPROOF_TIMEZONE": "Asia/Tokyo"}, options={"seed": "5"})

    assert (settings.rows, settings.seed, settings.timezone) == (2, 5, "Asia/Tokyo")
    assert [settings.source(name) for name in ("rows", "seed", "timezone", "release")] == [
        "pgproof.toml", "option", "PGPROOF_TIMEZONE", "default",
    ]  # fmt: skip


def test_pgproof_toml_above_wins_over_pyproject_here(here):
    below = here / "a" / "b"
    below.mkdir(parents=True)
    (below / "pyproject.toml").write_text("[tool.pgproof]\nrows = 9\n")

    assert load({}, cwd=below, environ={"PGPROOF_MIGRATIONS": str(here)}).rows == 9
    (here / "pgproof.toml").write_text("rows = 2\n")
    assert load({}, cwd=below, environ={"PGPROOF_MIGRATIONS": str(here)}).rows == 2


def test_a_pyproject_without_our_table_is_passed_over(here):
    (here / "pyproject.toml").write_text("[tool.pgproof]\nrows = 9\n")
    below = here / "below"
    below.mkdir()
    (below / "pyproject.toml").write_text("[tool.other]\n")

    assert load({}, cwd=below, environ={"PGPROOF_MIGRATIONS": str(here)}).rows == 9


def test_paths_are_relative_to_what_named_them(here):
    below = here / "below"
    (below / "own").mkdir(parents=True)
    (here / "pgproof.toml").write_text('migrations = "migrations"\nevidence = "kept"\n')
    settings = load({"keep_rows": "rows"}, cwd=below, environ={})

    assert (settings.migrations, settings.evidence, settings.keep_rows) == (
        here / "migrations", here / "kept", below / "rows",
    )  # fmt: skip
    assert load({"migrations": "own"}, cwd=below, environ={}).migrations == below / "own"


def test_locations_and_groups(here):
    settings = read(here, 'locations = ["b", "/c"]\ngroups = "(x)"', environ={"PGPROOF_GROUPS": "y"})
    assert (settings.locations, settings.groups) == ((here / "b", Path("/c")), "y")
    with pytest.raises(UsageFault, match="locations"):
        read(here, 'locations = "b"')


def test_levels_waivers_and_history(here):
    settings = read(
        here,
        """
        history = { table = "public.seaql_migrations", version = "version", applied_at = "applied_at" }
        [levels]
        rows-survive = "advice"
        [[waiver]]
        check = "rows-survive"
        subject = 'public."Größe"'
        reason = "JIRA-1"
        until = 2026-12-31
        [[waiver]]
        check = "values-survive"
        subject = "m1"
        reason = "JIRA-2"
        """,
    )

    assert settings.levels == {"rows-survive": Level.ADVICE}
    assert settings.waivers == (
        Waiver(check="rows-survive", subject='public."Größe"', reason="JIRA-1", until=date(2026, 12, 31)),
        Waiver(check="values-survive", subject="m1", reason="JIRA-2"),
    )
    assert settings.history == HistoryOverride(
        table="public.seaql_migrations", version="version", applied_at="applied_at"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rwos = 5", "pgproof.toml: 'rwos' is unknown. Did you mean 'rows'?"),
        ("pg-version = 15", "'pg-version' is unknown. Did you mean 'pg_version'?"),
        ('rows = "5"', "'rows' must be a whole number from 0, and is '5'"),
        ("rows = true", "'rows' must be a whole number from 0, and is True"),
        ("rows = -1", "must be a whole number from 0, and is -1"),
        ("require_exercised = 1", "'require_exercised' must be true or false"),
        ('profile = "runbok"', "profile 'runbok' is unknown. Did you mean 'runbook'?"),
        ('checks = ["a"]', "'checks' is unknown"),
        ('[levels]\nx = "gates"', "'x' must be gate, advice or off, and is 'gates'"),
        ('[[waiver]]\ncheck = "x"\nsubject = "y"', "'reason' is missing"),
        ('[[waiver]]\ncheck = "x"\nsubject = "y"\nreason = " "', "'reason' must be a text"),
        ('[[waiver]]\ncheck = "x"\nsubject = "y"\nreason = "z"\nuntill = 2026-01-01', "Did you mean 'until'?"),
        ('[[waiver]]\ncheck = "x"\nsubject = "y"\nreason = "z"\nuntil = "soon"', "'until' must be a date"),
        ('[waiver]\ncheck = "x"', "'waiver' must be a list of tables"),
        ('history = { table = "h" }', "'version' is missing"),
        ('history = "h"', "must be a table of keys"),
        ("rows = ", "is not valid TOML"),
        ('contract = "none.toml"', "contract: there is no file"),
        ('seeds = "none"', "seeds: there is no directory"),
        ('migrations = "none"', "does not exist"),
    ],
)
def test_what_cannot_be_meant_is_a_fault(here, text, message):
    with pytest.raises(UsageFault) as raised:
        read(here, text)

    assert message in raised.value.message
    assert raised.value.remedy


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"PGPROOF_ROW": "5"}, "PGPROOF_ROW is unknown. Did you mean 'PGPROOF_ROWS'?"),
        ({"PGPROOF_ROWS": "many"}, "PGPROOF_ROWS must be a whole number from 0, and is 'many'."),
        ({"PGPROOF_REQUIRE_EXERCISED": "perhaps"}, "PGPROOF_REQUIRE_EXERCISED must be true or false"),
        ({"PGPROOF_CHECKS": "a"}, "PGPROOF_CHECKS is unknown"),
    ],
)
def test_the_environment_is_read_as_strictly(here, environ, message):
    with pytest.raises(UsageFault) as raised:
        read(here, environ=environ)

    assert message in raised.value.message


def test_variables_of_our_own_tests_are_no_settings(here):
    assert read(here, environ={"PGPROOF_TEST_PG": "15"}) == read(here)


@pytest.mark.parametrize(("text", "value"), [("1", True), ("yes", True), ("off", False), ("", False)])
def test_flags_of_the_environment(here, text, value):
    assert read(here, environ={"PGPROOF_READ_EVERYTHING": text}).read_everything is value


def test_contract_and_seeds_are_found_beside(here):
    (here / "migrations" / "contract.toml").touch()
    (here / "seed").mkdir()
    settings = read(here, "rows = 3\n")

    assert (settings.contract, settings.seeds) == (here / "migrations" / "contract.toml", here / "seed")


def test_two_contracts_are_one_too_many(here):
    (here / "migrations" / "contract.toml").touch()
    (here / "contract.toml").touch()

    with pytest.raises(UsageFault, match="There are"):
        read(here, "rows = 3\n")
    assert read(here, 'contract = "contract.toml"\n').contract == here / "contract.toml"


def test_without_a_directory_what_lies_nearby_is_named(tmp_path):
    (tmp_path / "db" / "migrations").mkdir(parents=True)

    with pytest.raises(UsageFault) as raised:
        load({}, cwd=tmp_path, environ={})

    assert "No migrations directory was named" in raised.value.message
    assert "pgproof verify db/migrations" in raised.value.remedy


def test_the_table_names_fields_of_settings(here):
    settings = read(here)

    assert all(hasattr(settings, option.field) for option in OPTIONS)
    assert len({option.name for option in OPTIONS}) == len(OPTIONS)


def test_settings_survive_the_way_to_a_worker(here):
    settings = read(here, '[levels]\nx = "off"\n[[waiver]]\ncheck="a"\nsubject="b"\nreason="c"\nuntil=2026-01-01\n')
    encoded = msgspec.json.encode(settings, enc_hook=str)

    assert msgspec.json.decode(encoded, type=Settings, dec_hook=lambda kind, value: kind(value)) == settings


def test_a_password_does_not_show(here):
    assert "hunter2" not in repr(read(here, options={"server": "postgres://u:hunter2@h/d"}))
