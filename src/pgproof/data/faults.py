"""Errors while rows are made: which are the server's refusal, and which its end."""

from __future__ import annotations

import psycopg

from pgproof.server.lost import is_lost, lost


def refused(error: psycopg.Error) -> str:
    """Return the server's words for a refusal; raise LostServer where it is none."""
    if is_lost(error):
        raise lost(error) from error
    return f"{error.diag.message_primary or ' '.join(str(error).split())} ({error.sqlstate})"
