"""Each fault of a crate gets its finding, which names the migration, and no other."""

from __future__ import annotations

import pytest

from .crate import REAL, copy, pgproof, verify
from .faults import DEFAULTS, FAULTS, FILL, LIB

pytestmark = REAL


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_gets_its_finding_and_no_other(name, tmp_path):
    fault = FAULTS[name]
    result = verify(copy(name, fault.edits, major=fault.major), tmp_path / "junit.xml")

    assert result.code == 1, result.said
    assert set(result.findings) == set(fault.finds)
    for one, texts in fault.finds.items():
        for text in texts:
            assert text in result.findings[one]


@pytest.mark.parametrize("major", [1, 2])
def test_a_migration_that_is_gone_after_it_was_released(major, tmp_path):
    crate = copy("removed", {}, major=major)
    locked = pgproof("lock", str(crate), f"--lock={tmp_path / 'pgproof.lock'}", cwd=tmp_path)
    assert locked.returncode == 0, locked.stdout + locked.stderr
    gone = {f"src/{FILL}.rs": None, LIB: [(f"mod {FILL};\n", ""), (f"            Box::new({FILL}::Migration),\n", "")]}
    crate = copy("removed", gone, major=major)
    result = verify(crate, tmp_path / "junit.xml", f"--lock={tmp_path / 'pgproof.lock'}")

    assert set(result.findings) == {("released-is-unchanged", FILL)}
    assert "SeaORM stops on a database on which it is applied" in result.findings["released-is-unchanged", FILL]


def test_an_edit_of_a_released_migration_is_found_and_one_of_its_down_is_not(tmp_path):
    crate = copy("edited", {})
    pgproof("lock", str(crate), f"--lock={tmp_path / 'pgproof.lock'}", cwd=tmp_path)
    edits = {
        f"src/{DEFAULTS}.rs": [("Works on tasks", "Works on his tasks")],
        f"src/{FILL}.rs": [
            ("        Ok(())\n    }\n\n    #[cfg", "        let _ = 1;\n        Ok(())\n    }\n\n    #[cfg")
        ],
    }
    result = verify(copy("edited", edits), tmp_path / "junit.xml", f"--lock={tmp_path / 'pgproof.lock'}")

    assert set(result.findings) == {("released-is-unchanged", DEFAULTS)}


def test_a_crate_that_does_not_compile_is_a_fault_of_usage(tmp_path):
    result = verify(copy("broken", {LIB: [("pub struct Migrator;", "pub struct Migrator")]}), tmp_path / "junit.xml")

    assert result.code == 4
    assert "cannot be built: cargo ended with 101" in result.said
    assert "src/lib.rs" in result.said
    assert "Traceback" not in result.said
