"""Two branches that change the contract are merged by git as any text is."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from contract_texts import parsed

from pgproof.catalog.contract.block import PARTS
from pgproof.contract import rewritten

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

BASE = """
[tables."public.orders"]
column.amount = "numeric"
column.id = "bigint"
column.note = "text"
column.status = "text"
constraint.orders_pkey = "PRIMARY KEY (id)"
[tables."public.users"]
column.email = "text"
column.id = "bigint"
[views."public.v"]
query = "SELECT 1"
"""


class Repository:
    """A git repository that holds a contract."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.git("init", "-q", "-b", "main")

    def git(self, *words: str) -> subprocess.CompletedProcess[str]:
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
        return subprocess.run(["git", *identity, *words], cwd=self.root, capture_output=True, text=True, check=False)

    def commit(self, text: str) -> None:
        file = self.root / "contract.toml"
        file.write_text(rewritten(file.read_text() if file.exists() else None, parsed(text)))
        self.git("add", "-A")
        self.git("commit", "-qm", "x")

    def merged(self, ours: str, theirs: str) -> str | None:
        """Return the text after a merge; None where it conflicts."""
        self.commit(BASE)
        self.git("checkout", "-qb", "theirs")
        self.commit(theirs)
        self.git("checkout", "-q", "main")
        self.commit(ours)
        result = self.git("merge", "-q", "--no-edit", "theirs")
        return None if result.returncode else (self.root / "contract.toml").read_text()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return Repository(tmp_path)


def with_column(table: str, line: str, text: str = BASE) -> str:
    return text.replace(f'[tables."public.{table}"]', f'[tables."public.{table}"]\n{line}')


def with_table(name: str, text: str = BASE) -> str:
    return text + f'[tables."public.{name}"]\ncolumn.id = "bigint"\ncolumn.name = "text"\n'


def in_order(text: str) -> str:
    """Return a text whose blocks and lines come in the order in which the command writes them."""
    ordered = {
        key: replace(
            block, parts={part: dict(sorted(block.parts[part].items())) for part in PARTS if part in block.parts}
        )
        for key, block in sorted(parsed(text).items())
    }
    return rewritten(None, ordered)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (with_table("accounts"), with_table("products")),
        (with_table("accounts"), with_table("zones")),
        (with_column("orders", 'column.aa = "text"'), with_column("orders", 'column.zz = "text"')),
        (with_column("orders", 'column.aa = "text"'), with_column("orders", 'index.i = "USING btree (id)"')),
        (with_column("orders", 'column.aa = "text"'), with_column("users", 'column.aa = "text"')),
        (BASE.replace('amount = "numeric"', 'amount = "bigint"'), BASE.replace('status = "text"', 'status = "mood"')),
        (BASE.replace('column.note = "text"\n', ""), with_table("products")),
    ],
)
def test_what_has_nothing_to_do_with_each_other_merges(ours: str, theirs: str, repository: Repository):
    merged = repository.merged(in_order(ours), in_order(theirs))

    assert merged is not None
    blocks = parsed(merged)
    assert blocks.keys() == parsed(ours).keys() | parsed(theirs).keys()
    assert rewritten(merged, blocks) == merged


def test_the_same_column_in_two_ways_is_a_conflict(repository: Repository):
    ours, theirs = (BASE.replace('email = "text"', f'email = "{kind}"') for kind in ("citext", "varchar"))

    assert repository.merged(ours, theirs) is None
