"""User faults: what is wrong, and what to do about it. Findings about a schema are in ``pgproof.finding``."""

from __future__ import annotations

from collections.abc import Iterable


class PgproofError(Exception):
    """A fault that the user can mend: one message, one remedy, exit code 4, never a traceback.

    ``message`` says what was found, ``remedy`` what to do, both as whole sentences without secrets.
    """

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message, remedy)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}\n{self.remedy}"


class UsageFault(PgproofError):
    """An option, a path, a name or a settings file that cannot be meant."""


class HistoryFault(PgproofError):
    """A migrations directory that cannot be read as a history."""


class ServerFault(PgproofError):
    """A PostgreSQL server that cannot be found, started or entered."""


class LostServer(PgproofError):
    """The server went away, or its disk or ours is full (SQLSTATE 08xxx, 53100, 57P01-57P03; ENOSPC).

    Never a finding about a migration.
    """


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `` Did you mean 'x'?`` (with its leading blank) for the closest known word, or nothing."""
    import difflib  # noqa: PLC0415 - most runs have no misspelt word

    by_folded = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return f" Did you mean '{by_folded[close[0]]}'?" if close else ""
