"""Reading a TOML file key by key: wrong types and keys that nobody asked for are errors."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from pgproof.errors import UsageFault, did_you_mean


def read_toml(path: Path) -> dict[str, object]:
    """Return the content of a TOML file; raises UsageFault where it cannot be read as one."""
    import tomllib  # noqa: PLC0415 - most projects have no file of pgproof's

    try:
        return tomllib.loads(path.read_bytes().decode("utf-8"))
    except OSError as exc:
        raise UsageFault(f"{path} cannot be read: {exc.strerror}.", "Name a file that you may read.") from exc
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise UsageFault(f"{path} is not valid TOML: {exc}.", "Correct the file at that place.") from exc


class Keys:
    """The keys of one TOML table, taken one by one; ``done`` refuses what is left."""

    def __init__(self, values: object, place: str) -> None:
        if not isinstance(values, Mapping):
            raise UsageFault(f"{place} must be a table of keys.", f"Write it as a TOML table; it is {values!r}.")
        self._left = dict(values)
        self._asked: list[str] = []
        self._place = place

    def take(self, key: str) -> object:
        """Return the value of a key as TOML gave it, None where it is missing."""
        self._asked.append(key)
        return self._left.pop(key, None)

    def wrong(self, key: str, value: object, wanted: str) -> UsageFault:
        """Return the fault of a value that has the wrong type."""
        return UsageFault(f"{self._place}: '{key}' must be {wanted}, and is {value!r}.", f"Correct '{key}' there.")

    def text(self, key: str) -> str | None:
        """Return a text that is not blank."""
        value = self.take(key)
        if value is not None and (not isinstance(value, str) or not value.strip()):
            raise self.wrong(key, value, "a text")
        return value

    def needed(self, key: str) -> str:
        """Return a text that has to be there."""
        value = self.text(key)
        if value is None:
            raise UsageFault(f"{self._place}: '{key}' is missing.", f'Add {key} = "…" there.')
        return value

    def flag(self, key: str) -> bool:
        """Return true or false; false where it is missing."""
        value = self.take(key)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(key, value, "true or false")
        return bool(value)

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts."""
        value = self.take(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise self.wrong(key, value, "a list of texts")
        return tuple(value)

    def day(self, key: str) -> date | None:
        """Return a date, given as one or as text (2026-12-31)."""
        value = self.take(key)
        if isinstance(value, str):
            try:
                return date.fromisoformat(value)
            except ValueError as exc:
                raise self.wrong(key, value, "a date such as 2026-12-31") from exc
        if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
            return value
        raise self.wrong(key, value, "a date such as 2026-12-31")

    def done(self) -> None:
        """Refuse the keys that nobody has taken."""
        for key in self._left:
            known = ", ".join(sorted(self._asked))
            raise UsageFault(
                f"{self._place}: '{key}' is unknown.{did_you_mean(key, self._asked)}", f"Known there: {known}."
            )
