"""The end of a session: checks read evidence alone, so the server stops while they do."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pgproof.walk.session import Session


class Leaving:
    """Closes a session once: when that is begun, or at the latest when it is finished."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._thread: Thread | None = None

    def begin(self) -> None:
        """Close the session beside what comes now; it is not to be used any more."""
        if self._thread is None:
            self._thread = Thread(target=self.session.close, name="pgproof-leaving")
            self._thread.start()

    def finish(self) -> None:
        """Return when the session is closed; harmless when called twice."""
        if self._thread is None:
            self.session.close()
        else:
            self._thread.join()
