"""The engine of containers of this machine, for the tests about it; all others find none (conftest.py)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from .runs import Project

IMAGE = os.environ.get("PGPROOF_TEST_IMAGE", "pgproof-postgres:15")
IS_DEMANDED = "PGPROOF_TEST_IMAGE" in os.environ
"""Whether tests fail where there is no engine or no image, rather than being skipped."""
ENGINE = {"DOCKER_HOST": os.environ["PGPROOF_TEST_ENGINE"], "TESTCONTAINERS_RYUK_DISABLED": "true"}
"""What a run needs in its environment; Ryuk would need an image of its own."""
_LOCK = "org.pgproof.lock"


@pytest.fixture(scope="module")
def engine() -> Iterator[Any]:
    """Yield a client of the engine, which has the image."""
    docker = pytest.importorskip("docker")
    faults = docker.errors
    try:
        client = docker.from_env(environment=ENGINE)
    except faults.DockerException:
        if IS_DEMANDED:
            raise
        pytest.skip("no engine of containers answers")
    try:
        client.images.get(IMAGE)
    except faults.ImageNotFound:
        client.close()
        if IS_DEMANDED:
            raise
        pytest.skip(f"the engine of containers has no image {IMAGE}: .ci/image makes it")
    yield client
    client.close()


def ours(engine: Any, project: Project) -> list[str]:
    """Return the containers that a project's runs have made and not removed: their life signs are in its TMPDIR."""
    found = engine.api.containers(all=True, filters={"label": _LOCK})
    return [one["Id"] for one in found if one["Labels"][_LOCK].startswith(project.more["TMPDIR"])]
