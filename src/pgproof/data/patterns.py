"""Texts that a regular expression takes in: the part of the language that CHECKs use."""

from __future__ import annotations

import string

CLASSES = {
    "d": string.digits, "w": string.ascii_lowercase + string.digits + "_", "s": " ",
    "D": string.ascii_lowercase, "W": "-", "S": string.ascii_lowercase + string.digits,
}  # fmt: skip
NAMED = {
    "alpha": string.ascii_lowercase, "digit": string.digits, "alnum": string.ascii_lowercase + string.digits,
    "upper": string.ascii_uppercase, "lower": string.ascii_lowercase, "space": " ", "punct": "-_.,",
    "xdigit": "0123456789abcdef", "blank": " ",
}  # fmt: skip
ANY = string.ascii_lowercase + string.digits


def sample(pattern: str, n: int) -> str | None:
    """Return the n-th text for a pattern, or None where it uses what is not understood (look-ahead, back references).

    A guess: the server has the last word.
    """
    try:
        return _Reader(pattern, n).alternatives()
    except (IndexError, ValueError, KeyError):
        return None


def sample_like(pattern: str, n: int) -> str:
    """Return a text that LIKE takes in."""
    return pattern.replace("\\%", "\0").replace("%", f"pgproof{n}").replace("_", "x").replace("\0", "%")


class _Reader:
    """Reads a pattern once, left to right, and writes a text; the row number picks the characters."""

    def __init__(self, pattern: str, n: int) -> None:
        self.pattern = pattern
        self.at = 0
        self.seed = n

    def alternatives(self) -> str:
        """Read up to the end or a closing bracket; take one of the branches."""
        branches = [self.branch()]
        while self.at < len(self.pattern) and self.pattern[self.at] == "|":
            self.at += 1
            branches.append(self.branch())
        return self.pick(branches)

    def branch(self) -> str:
        """Read a sequence of repeated atoms."""
        made = ""
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            made += self.repeated()
        return made

    def repeated(self) -> str:
        """Read an atom and its quantifier; the atom is read again for each repetition."""
        start = self.at
        first = self.atom()
        low = self.quantifier()
        end = self.at
        made = first if low else ""  # {0}: read, and not written
        for _ in range(low - 1):
            self.at = start
            made += self.atom()
        self.at = end
        return made

    def quantifier(self) -> int:
        """Return how often: the fewest that leave room for distinct texts."""
        rest = self.pattern[self.at : self.at + 1]
        if rest in ("*", "+", "?") and rest:
            self.at += 1
            count = {"*": 4, "+": 4, "?": 1}[rest]
        elif rest == "{":
            end = self.pattern.index("}", self.at)
            low, comma, high = self.pattern[self.at + 1 : end].partition(",")
            most = int(high) if high else int(low) + 4 * len(comma)
            count = max(int(low), min(most, 4))
            self.at = end + 1
        else:
            return 1
        if self.pattern[self.at : self.at + 1] == "?":
            self.at += 1
        return count

    def atom(self) -> str:
        """Read one character, class or group."""
        here = self.pattern[self.at]
        self.at += 1
        if here in "^$":
            return ""
        if here == ".":
            return self.pick(ANY)
        if here == "[":
            return self.pick(self.bracket())
        if here == "(":
            return self.group()
        if here == "\\":
            return self.escape()
        return here

    def group(self) -> str:
        if self.pattern.startswith("?", self.at):
            if not self.pattern.startswith("?:", self.at):
                raise ValueError(self.pattern)
            self.at += 2
        made = self.alternatives()
        if self.pattern[self.at] != ")":
            raise ValueError(self.pattern)
        self.at += 1
        return made

    def escape(self) -> str:
        here = self.pattern[self.at]
        self.at += 1
        if here in CLASSES:
            return self.pick(CLASSES[here])
        if here.isdigit():
            raise ValueError(self.pattern)
        return "" if here in "AZbBmMyY" else here

    def bracket(self) -> str:
        negated = self.pattern[self.at] == "^"
        self.at += negated
        members = ""
        first = True
        while first or self.pattern[self.at] != "]":
            first = False
            members += self.member()
        self.at += 1
        if not negated:
            return members
        return "".join(c for c in ANY + string.ascii_uppercase + "-_ " if c not in members)

    def member(self) -> str:
        if self.pattern.startswith("[:", self.at):
            end = self.pattern.index(":]", self.at)
            name, self.at = self.pattern[self.at + 2 : end], end + 2
            return NAMED[name]
        here = self.pattern[self.at]
        self.at += 1
        if here == "\\":
            here = self.pattern[self.at]
            self.at += 1
            if here in CLASSES:
                return CLASSES[here]
        if self.pattern.startswith("-", self.at) and self.pattern[self.at + 1] != "]":
            last = self.pattern[self.at + 1]
            self.at += 2
            return "".join(chr(c) for c in range(ord(here), min(ord(last), ord(here) + 200) + 1))
        return here

    def pick(self, choices: list[str] | str) -> str:
        """Take one; what is left of the number decides about the next."""
        self.seed, place = divmod(self.seed, len(choices))
        return choices[place]
