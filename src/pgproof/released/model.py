"""What is known of released migrations: facts for the checks, without a judgement."""

from __future__ import annotations

from dataclasses import dataclass, field

from pgproof.tool.manners import Manners


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """One migration that was released; checksums are empty where it is not there."""

    version: str
    """As the tool counts, so that a group does not hide its parts."""
    on_disk: str = ""
    locked: str = ""
    """What the lockfile says of it."""
    at_base: str = ""
    """What it was at the merge base with the base branch."""
    file: str = ""
    """Its up as a user would type it; that of the merge base where it is gone."""
    is_accepted: bool = False
    """Whether the lockfile was changed since the merge base, so that it says what is on disk."""
    renamed_to: str = ""
    """A new migration with the same content, where it is gone."""
    lines: tuple[str, ...] = ()
    """What became of its lines since the merge base, as a short diff."""
    is_down_edited: bool = False

    @property
    def is_changed(self) -> bool:
        """Whether it is not what was released, by the lockfile or by git."""
        return any(known and known != self.on_disk for known in (self.locked, self.at_base))

    @property
    def is_as_released(self) -> bool:
        """Whether there is nothing to say about it."""
        return not (self.is_changed or self.is_accepted or self.is_down_edited)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """The released migrations about which there is nothing to say."""

    count: int
    unlocked: int = 0
    """How many of them the lockfile does not name, where there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """A new migration that sorts before one that is on the base branch already."""

    version: str
    before: str
    """The newest such one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Releases:
    """What has been released, beside what is on disk."""

    lock: str = ""
    """The lockfile as a user would type it; empty where there is none."""
    base: str = ""
    """The merge base, as ``main (1a2b3c4)``; empty where nothing was compared with git."""
    base_commit: str = ""
    """The merge base, as git takes it."""
    tip: str = ""
    """The newest commit of the base branch, in the same way."""
    migrations: tuple[Released, ...] = ()
    late: tuple[Late, ...] = ()
    known_faults: tuple[str, ...] = ()
    """What made the order doubtful at the merge base already."""
    collisions: tuple[str, ...] = ()
    """What makes the order doubtful only when both branches are together."""
    manners: Manners = field(default_factory=Manners)
    """What the history's own tool does."""

    @property
    def unchanged(self) -> Unchanged:
        """The released migrations about which there is nothing to say."""
        same = [one for one in self.migrations if one.is_as_released]
        return Unchanged(count=len(same), unlocked=sum(not one.locked for one in same) if self.lock else 0)
