"""What the README shows is what happens."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from pgproof.settings import load

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
JAPANESE = (ROOT / "README.ja.md").read_text(encoding="utf-8")
PGPROOF = [sys.executable, "-P", "-c", "from pgproof.cli import main; raise SystemExit(main())"]


def blocks(language: str, after: str = "", page: str = README) -> list[str]:
    return re.findall(rf"{re.escape(after)}```{language}\n(.*?)```", page, re.DOTALL)


def commands() -> list[str]:
    lines = [line for page in (README, JAPANESE) for block in blocks("sh", page=page) for line in block.splitlines()]
    return list(dict.fromkeys([*lines, *re.findall(r"`(pytest .*?)`", README)]))


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the example project, with its migrations in every place that the README names."""
    project = tmp_path_factory.mktemp("shop")
    for folder in ("migrations", "path/to/migrations", "db/migrations"):
        shutil.copytree(ROOT / "examples" / "shop" / "migrations", project / folder)
    return project


def run(command: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def program(line: str) -> list[str]:
    """Return a line of the README as a command that needs no PATH."""
    name, *rest = shlex.split(line)
    return {"pgproof": PGPROOF, "pytest": [sys.executable, "-m", "pytest"]}[name] + rest


@pytest.mark.parametrize("line", [line for line in commands() if not line.startswith("pip ")])
def test_a_command_runs_and_ends_as_the_table_of_exit_codes_says(line: str, example: Path, tmp_path: Path) -> None:
    if line.startswith("pgproof init"):  # it writes settings that the other commands would read
        example = Path(shutil.copytree(example, tmp_path / "project"))
    done = run(program(line), example)
    is_sound = line.startswith(("pgproof checks", "pgproof init"))
    assert done.returncode == (0 if is_sound else 1), done.stdout[-2000:] + done.stderr[-2000:]
    if "--junit-xml" in line or line.startswith("pgproof verify"):
        assert (example / "reports" / "junit.xml").stat().st_size


def test_the_extra_that_pip_is_given_exists() -> None:
    (line,) = [line for line in commands() if line.startswith("pip ")]
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert line == f"pip install '{declared['name']}[embedded]'"
    assert "embedded" in declared["optional-dependencies"]


def test_the_report_is_real(example: Path) -> None:
    shown = run([*PGPROOF, "verify"], example).stdout
    (report,) = blocks("text", "<!-- report: examples/shop -->\n")
    (summary,) = blocks("text", "<!-- summary: examples/shop -->\n")
    assert report in shown
    assert summary in shown


def test_the_migration_of_the_report_is_in_the_example() -> None:
    (statement,) = blocks("sql")
    assert statement == (ROOT / "examples/shop/migrations/0002_add_channel.up.sql").read_text(encoding="utf-8")


def test_every_check_is_named_once() -> None:
    listed = run([*PGPROOF, "checks"], ROOT).stdout
    ids = [line.split()[0] for line in listed.splitlines() if re.match(r"[a-z-]+ +(gate|advice|off) ", line)]
    table = README.partition("| what | checks |")[2].partition("\n\n")[0]
    assert sorted(re.findall(r"`([a-z-]+)`", table)) == sorted(ids)
    assert f"{len(ids)} checks judge" in README


def test_the_japanese_page_names_only_checks_that_there_are() -> None:
    listed = run([*PGPROOF, "checks"], ROOT).stdout
    rows = [line for line in JAPANESE.splitlines() if line.startswith("| ") and "`" in line]
    named = {name for row in rows for name in re.findall(r"`([a-z]+(?:-[a-z]+)+)`", row)}
    assert named
    assert [name for name in named if f"{name} " not in listed] == []


def test_the_settings_are_accepted(tmp_path: Path) -> None:
    (text,) = blocks("toml")
    (tmp_path / "pgproof.toml").write_text(text, encoding="utf-8")
    (tmp_path / "db" / "migrations").mkdir(parents=True)
    settings = load({}, cwd=tmp_path, environ={})
    assert settings.pg_version == 17
    assert settings.levels == {"double-apply-succeeds": "advice"}


PAGES = ("README.md", "README.ja.md", "ARCHITECTURE.md", "CONTRIBUTING.md")
DOCUMENTS = [*PAGES, *(f"docs/{p.name}" for p in ROOT.glob("docs/*.md"))]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_somewhere(document: str) -> None:
    path = ROOT / document
    links = re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []
