"""The crate of examples/sea-orm and faulty copies of it, built in one target directory; pgproof run on them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "sea-orm"
CRATES = {2: EXAMPLE / "migration", 1: EXAMPLE / "sea-orm-1"}
Edit = Sequence[tuple[str, str]] | str | None
COMMAND = "import sys; from pgproof.cli import main; sys.exit(main())"


def cache() -> Path:
    """Return where builds are kept: ``PGPROOF_TOOL_CACHE``, or the repository's ignored ``target/tools``."""
    return Path(os.environ.get("PGPROOF_TOOL_CACHE") or ROOT / "target" / "tools")


def environment() -> dict[str, str]:
    """Return the environment of a run: nobody's settings, and one target directory for all crates."""
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("PGPROOF_", "PYTEST_", "DATABASE_"))}
    return plain | {"CARGO_TARGET_DIR": str(cache() / "sea-orm")}


@dataclass(frozen=True)
class Result:
    """What a run of pgproof found."""

    code: int
    said: str
    outcomes: Mapping[tuple[str, str], str]
    """(check, subject) → outcome."""
    texts: Mapping[tuple[str, str], str]
    """(check, subject) → the text of its finding."""

    @property
    def findings(self) -> dict[tuple[str, str], str]:
        return {one: text for one, text in self.texts.items() if self.outcomes[one] == "fail"}


def verify(crate: Path | None, junit: Path, *options: str) -> Result:
    """Run ``pgproof verify`` on a crate, or on the one that the settings beside the report name."""
    done = pgproof("verify", *([str(crate)] if crate else []), "-q", f"--junit-xml={junit}", *options, cwd=junit.parent)
    outcomes, texts = {}, {}
    for case in ET.parse(junit).getroot().iter("testcase") if junit.exists() else ():  # noqa: S314 - our own report
        told = {p.get("name"): p.get("value") for p in case.iter("property")}
        one = str(told["check"]), str(told["subject"])
        outcomes[one] = str(told["outcome"])
        texts[one] = "\n".join(str(failed.text) for failed in case.iter("failure"))
    return Result(done.returncode, done.stdout + done.stderr, outcomes, texts)


def pgproof(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    return subprocess.run(
        [sys.executable, "-c", COMMAND, *words],
        cwd=cwd, env=environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip


def copy(name: str, edits: Mapping[str, Edit], *, major: int = 2) -> Path:
    """Return a copy of the crate with edits: file → pairs of old and new, a new file's text, or None to remove it.

    It has its place in the cache, and files that are as they were stay untouched, so that nothing is built twice.
    Of the contract it has what is said of migrations: the schema is a fault's to change.
    """
    target = cache() / "sea-orm-copies" / f"{name}-{major}"
    wanted = {path.relative_to(CRATES[2]): path.read_text() for path in (CRATES[2] / "src").glob("*.rs")}
    wanted |= {Path(file): (CRATES[major] / file).read_text() for file in ("Cargo.toml", "Cargo.lock")}
    wanted[Path("Cargo.toml")] = wanted[Path("Cargo.toml")].replace("../migration/src/", "src/")
    wanted[Path("contract.toml")] = (CRATES[2] / "contract.toml").read_text().partition("[schemas.")[0]
    for file, edit in edits.items():
        path = Path(file)
        if edit is None:
            del wanted[path]
        elif isinstance(edit, str):
            wanted[path] = edit
        else:
            for old, new in edit:
                assert wanted[path].count(old) == 1, f"{file}: {old}"
                wanted[path] = wanted[path].replace(old, new)
    for left in [path for path in target.rglob("*") if path.is_file() and path.relative_to(target) not in wanted]:
        left.unlink()
    for path, text in wanted.items():
        one = target / path
        if not one.is_file() or one.read_text() != text:
            one.parent.mkdir(parents=True, exist_ok=True)
            one.write_text(text)
    return target


def sea_orm_cli() -> Path:
    """Return sea-orm-cli, built once into the cache."""
    program = cache() / "bin" / "sea-orm-cli"
    if not program.exists():
        options = ["--version", "2.0.4", "--debug", "--no-default-features", "--locked", "--quiet"]
        features = ["--features", "cli,codegen,sqlx-postgres,runtime-tokio", "--root", str(cache())]
        given = environment() | {"CARGO_PROFILE_DEV_DEBUG": "0", "CARGO_TARGET_DIR": str(cache() / "sea-orm-cli")}
        subprocess.run(["cargo", "install", "sea-orm-cli", *options, *features], env=given, check=True)
    return program


REAL = [pytest.mark.tools, pytest.mark.skipif(shutil.which("cargo") is None, reason="cargo is not installed")]
"""The marks of tests that build crates."""
