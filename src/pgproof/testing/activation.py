"""When pgproof is at work: its own checks are asked for, or a migrations directory is named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pgproof.registry import PACKAGE, checks_directory
from pgproof.testing.options import names_migrations


def is_asked_for(config: pytest.Config) -> bool:
    """Return whether this run of pytest is one of pgproof; a project's own ``checks/`` does not make it one."""
    return names_migrations(config) or any(_shipped(config))


def only_shipped(config: pytest.Config) -> bool:
    """Return whether nothing but the shipped checks is collected."""
    return all(_shipped(config))


def _shipped(config: pytest.Config) -> Iterator[bool]:
    """Yield for each argument (testpaths are in it) whether it is, or lies in, the directory of the shipped checks."""
    directory = checks_directory()
    for arg in config.args:
        name = arg.partition("::")[0]
        if config.getoption("pyargs", default=False) and (name == PACKAGE or name.startswith(f"{PACKAGE}.")):
            yield True
        else:
            path = (config.invocation_params.dir / Path(name)).resolve()
            yield directory is not None and path.is_relative_to(directory)
