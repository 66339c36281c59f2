"""A second worker of xdist that has collected only when its controller is dead, and the run's directory gone."""

from __future__ import annotations

import os
import time
from collections.abc import Generator
from pathlib import Path

import pytest


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> Generator[None, None, None]:
    worker_input = getattr(session.config, "workerinput", None)
    if worker_input is None or worker_input["workerid"] != "gw1":
        return (yield)
    deadline = time.monotonic() + 60
    while Path(worker_input["pgproof"]).exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    try:
        return (yield)
    finally:
        Path(os.environ["TEST_MARKS"], "late").touch()
