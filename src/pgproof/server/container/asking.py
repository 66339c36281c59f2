"""One question to an engine of containers, over its socket."""

from __future__ import annotations

import http.client
import socket
from urllib.parse import quote

from pgproof.server.container.engine import Place

SECONDS = 2.0
"""How long an engine may think about it: one that is at work answers within milliseconds."""


def status_of(image: str, place: Place) -> int:
    """Return the HTTP status with which an engine answers when it is asked for an image; 0 where it does not answer."""
    connection = _Connection(place)
    try:
        connection.request("GET", f"/images/{quote(image, safe='/:@')}/json", headers={"Host": "docker"})
        with connection.getresponse() as response:
            return response.status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


class _Connection(http.client.HTTPConnection):
    """HTTP over a socket or a port."""

    def __init__(self, place: Place) -> None:
        super().__init__(place.host or "localhost", place.port or 80, timeout=SECONDS)
        self._place = place

    def connect(self) -> None:
        """Connect to the engine."""
        if not self._place.path:
            super().connect()
            return
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(SECONDS)
        self.sock.connect(self._place.path)
