"""The image of a container: whether it is there, and has what a run asks for."""

from __future__ import annotations

import pytest

from .conftest import AT_HAND
from .container_runs import ABSENT, demand_clean, project
from .containers import IMAGE, engine
from .runs import Project

pytestmark = pytest.mark.container

__all__ = ["engine", "project"]


@pytest.mark.parametrize("server", ["auto", "container"])
def test_an_image_that_is_not_there(project: Project, server: str) -> None:
    project.more |= {"PGPROOF_SERVER": server, "PGPROOF_IMAGE": ABSENT}
    run = project.run()
    demand_clean(run.text)
    if server == "auto":
        assert run.code == 0, run.text
        assert f"note: the engine of containers has no image {ABSENT} (docker pull {ABSENT})" in run.text
        assert "(embedded, " in run.text
    else:
        assert run.code == 4, run.text
        assert f"does not have the image {ABSENT}, and it cannot be pulled" in run.text
        assert "image=NAME" in run.text


def test_auto_takes_a_container_whose_image_is_there(project: Project) -> None:
    project.more["PGPROOF_SERVER"] = "auto"
    run = project.run()
    assert run.code == 0, run.text
    assert f"(container, {IMAGE})" in run.text


@pytest.mark.parametrize("server", ["auto", "container"])
def test_an_image_of_another_version(project: Project, server: str) -> None:
    major = next(major for major in (17, 18, 16, 14) if major in AT_HAND)
    project.more |= {"PGPROOF_SERVER": server, "PGPROOF_PG_VERSION": str(major)}
    run = project.run()
    demand_clean(run.text)
    assert f"and pg_version asks for {major}" in run.text
    assert run.code == (0 if server == "auto" else 4), run.text


def test_an_image_without_an_extension(project: Project) -> None:
    project.write({"migrations/m0.up.sql": "CREATE EXTENSION IF NOT EXISTS timescaledb;"})
    run = project.run()
    assert run.code == 4, run.text
    assert f"The image {IMAGE} lacks what the history needs: timescaledb." in run.text
