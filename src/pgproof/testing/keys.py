"""Where the run hangs on pytest's configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pgproof.testing.run import Run

RUN: pytest.StashKey[Run] = pytest.StashKey()
"""Missing where pgproof was not asked for."""
