"""A user's fault, as pytest says it: one message, exit code 4, no traceback."""

from __future__ import annotations

import pytest

from pgproof.errors import PgproofError
from pgproof.masking import masked


def as_usage_error(fault: PgproofError) -> pytest.UsageError:
    """Return the error that pytest prints as one message."""
    return pytest.UsageError(masked(str(fault)))
