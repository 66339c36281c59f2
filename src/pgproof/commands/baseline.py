"""``pgproof baseline``: verifies, and writes down the findings of today as accepted."""

from __future__ import annotations

from collections.abc import Sequence

from pgproof.commands import Answer, verify
from pgproof.errors import UsageFault

_REASON = "--reason"


def run(words: Sequence[str]) -> Answer:
    """Become a verification that accepts what it finds; raises UsageFault where no reason is given."""
    reason, rest = _reason(words)
    return verify.run([*rest, f"--accept={reason}"])


def _reason(words: Sequence[str]) -> tuple[str, list[str]]:
    """Return the reason, and the words without it."""
    left, rest = list(words), []
    reason = ""
    while left:
        word = left.pop(0)
        flag, is_joined, value = word.partition("=")
        if flag != _REASON:
            rest.append(word)
        elif is_joined or left:
            reason = value if is_joined else left.pop(0)
    if not reason.strip():
        raise UsageFault(
            "A baseline needs a reason.",
            'Write pgproof baseline [DIR] --reason="found when pgproof came; to be mended by June".',
        )
    return reason, rest
