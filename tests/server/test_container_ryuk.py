"""Ryuk beside a run on a container: it takes what a killed run leaves, and goes itself."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import Any

import pytest

from .conftest import within
from .container_runs import ABSENT, begin_in_walk, project
from .containers import IMAGE, engine, ours
from .runs import Project

pytestmark = pytest.mark.container

REAPER = "pgproof-reaper:test"
__all__ = ["engine", "project"]


@pytest.fixture(scope="module")
def reaper(engine: Any) -> str:
    """Return an image that does what Ryuk does."""
    recipe = f'FROM {IMAGE}\nCOPY reaper.pl /\nENTRYPOINT []\nCMD ["perl", "/reaper.pl"]\n'
    script = Path(__file__).with_name("reaper.pl").read_bytes()
    context = io.BytesIO()
    with tarfile.open(fileobj=context, mode="w") as archive:
        for name, text in (("Dockerfile", recipe.encode()), ("reaper.pl", script)):
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text))
    context.seek(0)
    engine.images.build(fileobj=context, custom_context=True, tag=REAPER, rm=True)
    return REAPER


def reapers(engine: Any) -> list[dict[str, Any]]:
    return [one for one in engine.api.containers(all=True) if one["Image"] == REAPER]


def watched(project: Project, image: str) -> None:
    project.more |= {
        "TESTCONTAINERS_RYUK_DISABLED": "false",
        "RYUK_CONTAINER_IMAGE": image,
        "RYUK_RECONNECTION_TIMEOUT": "1s",
    }


def test_ryuk_takes_what_a_killed_run_leaves(project: Project, engine: Any, reaper: str) -> None:
    watched(project, reaper)
    process = begin_in_walk(project, engine)
    assert len(reapers(engine)) == 1
    process.kill()
    process.communicate()
    assert within(20, lambda: not ours(engine, project))
    assert within(20, lambda: not reapers(engine))
    for sign in Path(project.more["TMPDIR"]).glob("pgproof-*.lock"):  # the next run's sweep would
        sign.unlink()


def test_ryuk_goes_with_a_run(project: Project, engine: Any, reaper: str) -> None:
    watched(project, reaper)
    run = project.run()
    assert run.code == 0, run.text
    assert within(20, lambda: not reapers(engine))


def test_without_the_image_of_ryuk_the_sweep_has_to_do(project: Project, engine: Any) -> None:
    watched(project, ABSENT)
    run = project.run()
    assert run.code == 0, run.text
    assert reapers(engine) == []
