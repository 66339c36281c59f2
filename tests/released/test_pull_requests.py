"""Pull requests in one repository, judged as CI judges them: each gets the right exit code and one short report."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import chosen_server
import pytest
from checkout import Checkout

COMMAND = "import sys; from pgproof.cli import main; sys.exit(main())"
SHORT = 40
"""Lines of a report that somebody reads."""


def table(name: str, *columns: str) -> str:
    more = "".join(f",\n  {column}" for column in columns)
    return f"CREATE TABLE IF NOT EXISTS {name} (\n  id integer PRIMARY KEY{more}\n);\n"


def made(number: int, name: str, *columns: str) -> dict[str, str]:
    """Return a migration that makes a table, done right."""
    return migration(number, name, table(name, *columns), f"DROP TABLE IF EXISTS {name};\n")


def migration(number: int, name: str, up: str, down: str) -> dict[str, str]:
    start = f"migrations/{number:04}_{name}"
    return {f"{start}.up.sql": up, f"{start}.down.sql": down}


def block(name: str, *columns: str) -> str:
    lines = "".join(f'column.{column.split()[0]} = "{column.split(maxsplit=1)[1]}"\n' for column in columns)
    return (
        f'[tables."public.{name}"]\ncolumn.id = "integer NOT NULL"\n{lines}'
        f'constraint.{name}_pkey = "PRIMARY KEY (id)"\n'
    )


def contract(**tables: tuple[str, ...]) -> dict[str, str]:
    """Return the contract of these tables, in the order of their names."""
    blocks = [block(name, *columns) for name, columns in sorted(tables.items())]
    return {"contract.toml": "\n".join(["[schemas.public]\n", *blocks])}


RELEASED = {"accounts": ("name text",), "orders": ("note text", "old text"), "visits": ()}
FILES = {
    **made(1, "accounts", "name text"),
    **made(2, "orders", "note text", "old text"),
    **made(4, "visits"),
    **contract(**RELEASED),
    "pgproof.toml": 'since = "main"\n',
}


@pytest.fixture
def repository(checkout: Checkout) -> Checkout:
    """Return the repository with what is released on main, and a branch that starts there."""
    checkout.commit(FILES)
    checkout.branch("work")
    return checkout


@dataclass(frozen=True)
class Ended:
    code: int
    said: str
    failed: set[tuple[str, str]]
    """Check and subject of the findings."""
    notes: list[str]

    @property
    def report(self) -> list[str]:
        """The lines that are about findings."""
        _, _, summary = self.said.partition("Broken claims\n")
        return summary.splitlines()


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Ended]:
    """Return what runs ``pgproof verify`` in a working tree."""
    for name in [name for name in os.environ if name.startswith(("PGPROOF_", "PYTEST_"))]:
        if name != "PGPROOF_TEST_PG":
            monkeypatch.delenv(name)
    for name, value in chosen_server.environ().items():
        monkeypatch.setenv(name, value)

    def run(root: Path) -> Ended:
        done = subprocess.run(
            [sys.executable, "-P", "-c", COMMAND, "verify", "-q"],
            cwd=root, capture_output=True, text=True, check=False, timeout=120,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )  # fmt: skip
        return _ended(done, root / "reports" / "junit.xml")

    return run


def _ended(done: subprocess.CompletedProcess[str], junit: Path) -> Ended:
    said = done.stdout + done.stderr
    assert junit.exists(), said
    cases = [
        [(p.get("name", ""), p.get("value", "")) for p in case.iter("property")]
        for case in ET.parse(junit).getroot().iter("testcase")  # noqa: S314 - our own report
    ]
    named = [dict(case) for case in cases]
    return Ended(
        code=done.returncode,
        said=said,
        failed={(case["check"], case["subject"]) for case in named if case["outcome"] in {"fail", "error"}},
        notes=[value for case in cases for name, value in case if name == "note"],
    )


def held(ended: Ended) -> None:
    assert (ended.code, ended.failed) == (0, set()), ended.said


def broke(ended: Ended, *findings: tuple[str, str]) -> None:
    """Demand these findings and no other, in a report that is short enough to be read."""
    assert (ended.code, ended.failed) == (1, set(findings)), ended.said
    assert 0 < len(ended.report) <= SHORT, ended.said


def test_one_that_adds_a_table_and_agrees_on_it(repository: Checkout, judge) -> None:
    repository.commit({**made(5, "invoices"), **contract(**RELEASED, invoices=())})

    held(judge(repository.root))


def test_two_that_both_touch_the_contract(repository: Checkout, judge) -> None:
    repository.commit({**made(5, "zones"), **contract(**RELEASED, zones=())})
    repository.branch("other")
    repository.commit({**made(6, "baskets"), **contract(**RELEASED, baskets=())})
    held(judge(repository.root))

    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "--no-ff", "-m", "x", "work")
    repository.git("checkout", "-q", "other")
    repository.git("merge", "-q", "-m", "x", "main")
    held(judge(repository.root))


def test_one_that_forgets_the_contract(repository: Checkout, judge) -> None:
    repository.commit(made(5, "invoices"))

    ended = judge(repository.root)
    assert {check for check, _ in ended.failed} == {"nothing-undeclared"}, ended.said
    assert ended.code == 1


def test_one_that_edits_a_released_migration(repository: Checkout, judge) -> None:
    columns = ("name text", "email text")
    repository.commit({**made(1, "accounts", *columns), **contract(**{**RELEASED, "accounts": columns})})

    ended = judge(repository.root)
    broke(ended, ("released-is-unchanged", "1"))
    assert "+  email text" in ended.said


def test_one_that_edits_nothing_but_a_released_down(repository: Checkout, judge) -> None:
    repository.commit({"migrations/0001_accounts.down.sql": "DROP TABLE IF EXISTS accounts CASCADE;\n"})

    ended = judge(repository.root)
    held(ended)
    assert any("the down of 1 is not what it was" in note for note in ended.notes), ended.notes


def test_one_that_slips_in_before_a_released_one(repository: Checkout, judge) -> None:
    repository.commit({**made(3, "baskets"), **contract(**RELEASED, baskets=())})

    ended = judge(repository.root)
    broke(ended, ("versions-are-ordered", "history"))
    assert "3 comes before 4" in ended.said


def test_one_that_was_overtaken_by_another(repository: Checkout, judge) -> None:
    """It is the newest of its branch, and not any more when it is merged."""
    repository.commit({**made(5, "baskets"), **contract(**RELEASED, baskets=())})
    repository.git("checkout", "-q", "main")
    repository.commit({**made(6, "invoices"), **contract(**RELEASED, invoices=())})
    repository.git("checkout", "-q", "work")

    broke(judge(repository.root), ("versions-are-ordered", "history"))


def test_one_whose_number_somebody_else_has_taken(repository: Checkout, judge) -> None:
    repository.commit({**made(5, "baskets"), **contract(**RELEASED, baskets=())})
    repository.git("checkout", "-q", "main")
    repository.commit({**made(5, "invoices"), **contract(**RELEASED, invoices=())})
    repository.git("checkout", "-q", "work")

    broke(judge(repository.root), ("versions-are-ordered", "history"))


@pytest.mark.parametrize("is_agreed", [False, True])
def test_one_that_drops_a_column(repository: Checkout, judge, is_agreed: bool) -> None:
    up = "ALTER TABLE orders DROP COLUMN IF EXISTS old;\n"
    down = "ALTER TABLE orders ADD COLUMN IF NOT EXISTS old text;\n"
    agreed = contract(**{**RELEASED, "orders": ("note text",)}) if is_agreed else {}
    repository.commit({**migration(5, "drop_old", up, down), **agreed})

    ended = judge(repository.root)
    if is_agreed:
        held(ended)
    else:
        broke(ended, ("table-matches-contract", "public.orders"))


def test_one_that_drops_a_table_without_a_word(repository: Checkout, judge) -> None:
    left = {name: columns for name, columns in RELEASED.items() if name != "visits"}
    gone = migration(5, "no_visits", "DROP TABLE IF EXISTS visits;\n", table("visits"))
    repository.commit({**gone, **contract(**left)})

    broke(judge(repository.root), ("rows-survive", "5"))


def test_one_that_asks_for_values_which_rows_do_not_have(repository: Checkout, judge) -> None:
    up = "ALTER TABLE accounts ADD COLUMN IF NOT EXISTS email text NOT NULL;\n"
    down = "ALTER TABLE accounts DROP COLUMN IF EXISTS email;\n"
    columns = ("name text", "email text NOT NULL")
    repository.commit({**migration(5, "email", up, down), **contract(**{**RELEASED, "accounts": columns})})

    broke(judge(repository.root), ("migration-applies-to-rows", "5"))


def test_one_whose_down_does_not_run(repository: Checkout, judge) -> None:
    repository.commit({
        **migration(5, "invoices", table("invoices"), "DROP TABLE invoice;\n"), **contract(**RELEASED, invoices=()),
    })  # fmt: skip

    broke(judge(repository.root), ("down-runs", "5"))


def test_one_that_takes_a_released_migration_away(repository: Checkout, judge) -> None:
    for file in (repository.root / "migrations").glob("0004_*"):
        file.unlink()
    repository.commit(contract(**{name: columns for name, columns in RELEASED.items() if name != "visits"}))

    broke(judge(repository.root), ("released-is-unchanged", "4"))


def test_one_that_renames_a_released_migration(repository: Checkout, judge) -> None:
    for file in (repository.root / "migrations").glob("0004_*"):
        file.rename(file.with_name(file.name.replace("0004", "0005")))
    repository.commit()

    ended = judge(repository.root)
    broke(ended, ("released-is-unchanged", "4"))
    assert "renamed to 5" in ended.said


def test_one_that_changes_no_migration(repository: Checkout, judge) -> None:
    repository.commit({"README.md": "More words.\n"})

    held(judge(repository.root))


def test_an_edit_that_every_database_may_differ_by(repository: Checkout, judge) -> None:
    """The lockfile is where that is said, so that a reviewer sees it."""
    repository.git("checkout", "-q", "main")
    lock(repository)
    repository.commit()
    repository.git("checkout", "-q", "-B", "work")
    columns = ("name text", "email text")
    repository.commit({**made(1, "accounts", *columns), **contract(**{**RELEASED, "accounts": columns})})
    broke(judge(repository.root), ("released-is-unchanged", "1"))

    lock(repository, "--accept=1")
    ended = judge(repository.root)
    held(ended)
    assert any("accepts it" in note for note in ended.notes), ended.notes


def lock(repository: Checkout, *words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-c", COMMAND, "lock", *words], cwd=repository.root, check=False, capture_output=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_checkout_of_ci_that_holds_no_local_main(repository: Checkout, judge, tmp_path: Path) -> None:
    """A detached merge commit, and the base branch as origin/main alone."""
    repository.commit({**made(5, "invoices"), **contract(**RELEASED, invoices=())})
    repository.git("checkout", "-q", "-b", "merged", "main")
    repository.git("merge", "-q", "--no-ff", "-m", "x", "work")
    clone = repository.clone(tmp_path / "ci")
    clone.git("checkout", "-q", "--detach", "origin/merged")
    clone.git("branch", "-q", "-D", "merged")

    ended = judge(clone.root)
    held(ended)
    assert "origin/main" in ended.said
