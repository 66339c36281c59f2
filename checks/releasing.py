"""How released migrations, and the order that they were released in, are no longer what they were."""

from __future__ import annotations

from pgproof import History, Released, Releases, masked

_BYTES = 19
"""So much of a checksum is shown."""


def doubts(history: History) -> list[str]:
    """Return what makes the order of a history doubtful, one line each."""
    return [*history.faults, *(f"{path.name} undoes a migration that is not there" for path in history.orphan_downs)]


def late(releases: Releases) -> list[str]:
    """Return the new migrations that come before released ones, one line each."""
    return [f"{one.version} comes before {one.before}, which is on {releases.tip} already" for one in releases.late]


def what_became(released: Released) -> str:
    """Return what became of a released migration, as one line."""
    if released.on_disk:
        return f"{released.version} was edited after it was released"
    if released.renamed_to:
        return f"{released.version} was released, and was renamed to {released.renamed_to}"
    return f"{released.version} was released, and is gone"


def compared(released: Released, releases: Releases) -> list[str]:
    """Return how it differs from what was released, and what the tool makes of that."""
    if not released.on_disk:
        where = f"{releases.base} holds it as {released.file}" if released.file else f"{releases.lock} names it"
        again = f"to the tool {released.renamed_to} is a new migration: databases that have had it get it once more"
        return [where, releases.manners.removed, *([again] if released.renamed_to else [])]
    if released.at_base and released.at_base != released.on_disk:
        lines = [f"    {masked(line)}" for line in released.lines] or ["    only line ends differ"]
        return [f"{released.file} is not what it was at {releases.base}:", *lines, releases.manners.edited]
    return [
        f"{released.file} has the checksum {released.on_disk[:_BYTES]}…",
        f"{releases.lock} says {released.locked[:_BYTES]}…",
        releases.manners.edited,
    ]


def put_back(released: Released, releases: Releases) -> str:
    """Return how to put it back, and how to let it pass where that is meant."""
    old = "content" if released.on_disk else "name" if released.renamed_to else "files"
    lines = [f"Put the old {old} back, and write what it should do besides as a new migration."]
    if released.at_base and released.file and released.at_base != released.on_disk:
        lines.append(f"git checkout {releases.base_commit} -- {released.file}")
    meant = "Where every database may differ from now on"
    if released.locked and released.locked != released.on_disk:
        lines.append(f"{meant}: pgproof lock --accept={released.version}")
    else:
        lines.append(f"{meant}: add a [[waiver]] with its reason.")
    return "\n".join(lines)


def passed_over(released: Released, releases: Releases) -> str:
    """Return what is worth knowing about a released migration that is no finding."""
    if released.is_accepted:
        how = "edited" if released.on_disk else "taken away"
        return f"{released.version} was {how} after it was released: {releases.lock} accepts it"
    return f"the down of {released.version} is not what it was at {releases.base}"
