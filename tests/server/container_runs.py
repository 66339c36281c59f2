"""Projects whose runs take a container, and runs that are looked at while they last."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from .conftest import within
from .containers import ENGINE, IMAGE, ours
from .runs import Project
from .test_named_runs import GOOD, SLEEPS

STARTED: list[subprocess.Popen[str]] = []
ABSENT = "pgproof-postgres:no-such-thing"


@pytest.fixture
def project(tmp_path: Path, engine: Any) -> Iterator[Project]:
    """Yield a project whose runs take a container; none of it stays, and no life sign."""
    place = Path(tempfile.mkdtemp(prefix="test-", dir="/tmp"))
    place.chmod(0o755)
    project = Project(tmp_path, ENGINE | {"PGPROOF_IMAGE": IMAGE, "PGPROOF_SERVER": "container", "PGPROOF_ROWS": "3"})
    project.more["TMPDIR"] = str(place)
    project.write(GOOD)
    try:
        yield project
        assert ours(engine, project) == []
        assert list(place.glob("pgproof-*")) == []
    finally:
        while STARTED:
            process = STARTED.pop()
            if process.poll() is None:
                process.kill()
                process.communicate()
        shutil.rmtree(place)
        for left in ours(engine, project):
            engine.api.remove_container(left, v=True, force=True)


def demand_clean(text: str) -> None:
    assert "Traceback" not in text, text
    assert "INTERNALERROR" not in text, text


def container(engine: Any, project: Project) -> dict[str, Any]:
    """Return what the engine says of the one container of a run."""
    (one,) = ours(engine, project)
    found: dict[str, Any] = engine.api.inspect_container(one)
    return found


def password(found: dict[str, Any]) -> str:
    given = dict(word.split("=", 1) for word in found["Config"]["Env"])
    return str(given["POSTGRES_PASSWORD"])


def begin_in_walk(project: Project, engine: Any, *words: str) -> subprocess.Popen[str]:
    """Start a run, and return when it sleeps inside a migration."""
    project.write(SLEEPS)
    process = project.begin(*words)
    STARTED.append(process)
    assert within(60, lambda: process.poll() is not None or is_asleep(engine, project))
    assert process.poll() is None, process.communicate()
    return process


def is_asleep(engine: Any, project: Project) -> bool:
    gone = pytest.importorskip("docker").errors.NotFound
    for one in ours(engine, project):
        with contextlib.suppress(gone, psycopg.OperationalError):
            found = engine.api.inspect_container(one)
            for bound in (found["NetworkSettings"]["Ports"] or {}).get("5432/tcp") or ():
                url = f"postgresql://postgres:{password(found)}@{bound['HostIp']}:{bound['HostPort']}/postgres"
                with psycopg.connect(url, connect_timeout=2) as session:
                    asked = "SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
                    return session.execute(asked).fetchone() is not None
    return False
