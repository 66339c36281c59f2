"""The secret of a run's server: every role logs in with it, whatever password a migration gave it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

_ITERATIONS = 1
"""Many of them protect what people think up; this password is random, and a session would wait 10 ms for 4096."""


def password() -> str:
    """Return a new password; it needs no quotes anywhere."""
    return secrets.token_hex(20)


def verifier(secret: str) -> str:
    """Return what PostgreSQL stores of a password (RFC 5803), so that ``ALTER ROLE`` need not hold it."""
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", secret.encode(), salt, _ITERATIONS)
    client = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    return f"SCRAM-SHA-256${_ITERATIONS}:{_text(salt)}${_text(client)}:{_text(server)}"


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
