"""One PostgreSQL cluster: made, started, watched."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg

from pgproof.errors import ServerFault
from pgproof.masking import masked
from pgproof.server import home as homes
from pgproof.server.binaries import Binaries
from pgproof.server.extensions import directories
from pgproof.server.home import Home
from pgproof.server.kept import Kept, changed, kept, programs
from pgproof.server.privileges import Account, environment

SUPERUSER = "postgres"
START_SECONDS = STOP_SECONDS = 60.0
LOCALES = ("C.UTF-8", "C")
CONFIGURATION = "pgproof.conf"
INITDB = ("-U", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--lc-messages=C")

SETTINGS = {
    # a socket in a private directory, and nothing else
    "listen_addresses": "''",
    "port": "5432",
    # scratch: what is lost in a crash is not wanted
    "fsync": "off",
    "full_page_writes": "off",
    # off would keep VACUUM from marking pages all-visible, so that plans differ from production
    "synchronous_commit": "on",
    # nothing happens that the history did not ask for
    "autovacuum": "off",
    # a crashed server stays down, so that its log ends with the reason
    "restart_after_crash": "off",
    # segments are files in the data directory: nothing is left in /dev/shm, and none of its room is needed
    "dynamic_shared_memory_type": "mmap",
    # 512 MB of tmpfs must do
    "max_wal_size": "128MB",
    "min_wal_size": "32MB",
    # every worker of a parallel test run, and a whole catalog locked in one transaction
    "max_connections": "200",
    "max_locks_per_transaction": "256",
    "logging_collector": "off",
    "log_rotation_age": "0",
    "log_rotation_size": "0",
    "log_line_prefix": "'%m [%p] %e %q%u@%d '",
    "lc_messages": "'C'",
}


@dataclass(slots=True, kw_only=True)
class Cluster:
    """A running server on the data directory of a home."""

    home: Home
    process: subprocess.Popen[bytes]

    def is_running(self) -> bool:
        """Whether the server process is there."""
        return self.process.poll() is None

    def stop(self) -> None:
        """End the server process, if it is not gone yet, and wait for it."""
        with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(timeout=10)
        if self.is_running():
            self.process.kill()
            self.process.wait(timeout=10)

    def shut_down(self, binaries: Binaries) -> None:
        """End the server, sessions included, so that its data directory is whole; raises ServerFault otherwise.

        One that has to be recovered is another: sequences have jumped, unlogged tables are empty.
        """
        self.process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            if self.process.wait(timeout=STOP_SECONDS) == 0:
                return
        self.stop()
        raise ServerFault(
            f"{binaries} did not shut down within {STOP_SECONDS:.0f} s; the end of its log:\n{self.log_end()}",
            "Run it again; if it comes back, another place for its files may be faster: --pgproof-scratch=DIR.",
        )

    def log_end(self, lines: int = 12) -> str:
        """Return the last lines of the server's log, without passwords."""
        return tail(self.home.log, lines)

    def logged(self, since: int) -> tuple[str, int]:
        """Return the log from a position on (-1: its end), and where it ends."""
        end = self.home.log.stat().st_size if self.home.log.exists() else 0
        if since < 0 or since >= end:
            return "", end
        with self.home.log.open("rb") as log:
            log.seek(since)
            return log.read(end - since).decode(errors="replace"), end

    def full_disk(self) -> str | None:
        """Return which disk of the server is full, in a sentence, or None."""
        return full_disk(self.home.root)


def fresh(binaries: Binaries) -> Kept:
    """Return the place of the data directory that initdb makes with these programs.

    All clusters that come from it have one system identifier, which matters to standbys and backups alone.
    """
    return kept("initdb", parts(binaries))


def holding(binaries: Binaries, timezone: str, what: Mapping[str, object]) -> Kept:
    """Return the place of a data directory of these programs with all that ``what`` determines in it."""
    installed = [[str(place), *changed(place)] for place in directories(binaries)]
    return kept("holding", {**parts(binaries), "extensions": installed, "timezone": timezone, "what": what})


def is_altered(home: Home) -> bool:
    """Whether ALTER SYSTEM has set something that is still there."""
    lines = (home.data / "postgresql.auto.conf").read_text(encoding="utf-8", errors="replace").splitlines()
    return any(not line.startswith("#") for line in lines)


def parts(binaries: Binaries) -> dict[str, object]:
    """Return all that an empty cluster of these programs is determined by, as ``kept`` takes it."""
    return {**programs(binaries), "arguments": INITDB, "locales": LOCALES, "configuration": CONFIGURATION}


def initialise(binaries: Binaries, home: Home, account: Account) -> None:
    """Make the data directory: UTF-8, C.UTF-8 order where the system has it, no passwords."""
    arguments: list[str | Path] = [
        *(binaries.folder / "initdb", "-D", home.data, *INITDB),
        # --no-clean: the home goes as a whole, and until then a full disk can be told from another failure
        *("--no-sync", "--no-instructions", "--no-clean"),
    ]
    said = ""
    for locale in LOCALES:
        try:
            ended = account.run([*arguments, f"--locale={locale}"], env=environment(binaries.folder))
        except OSError as exc:
            raise fault(binaries, home, f"initdb cannot be executed: {exc.strerror}") from exc
        if not ended.code:
            return _include(binaries, home)
        said = ended.output
        if "invalid locale" not in said:
            raise fault(binaries, home, f"initdb ends with {ended.code}:\n{masked(said)[-1500:]}")
    raise fault(binaries, home, f"initdb knows no locale:\n{said}")


def _include(binaries: Binaries, home: Home) -> None:
    """Let the server read its settings from a file of our own, and after them those of ALTER SYSTEM."""
    try:
        with (home.data / "postgresql.conf").open("a", encoding="utf-8") as out:
            out.write(f"include = '{CONFIGURATION}'\n")
    except OSError as exc:
        raise fault(binaries, home, f"its settings cannot be written: {exc.strerror}") from exc


def start(binaries: Binaries, home: Home, account: Account, url: str) -> Cluster:
    """Start the server, with its settings written anew, and return it as soon as it lets a session in."""
    _settle(binaries, home, account)
    with open(home.log, "ab", opener=_no_link) as log:
        process = account.start(
            [binaries.folder / "postgres", "-D", home.data], env=environment(binaries.folder), log=log
        )
    cluster = Cluster(home=home, process=process)
    try:
        _wait(cluster, binaries, url)
    except BaseException:
        cluster.stop()
        raise
    return cluster


def _no_link(path: str, flags: int) -> int:
    """Open a file in a directory of the server's account, where a migration could have put a link to one of root's."""
    return os.open(path, flags | os.O_NOFOLLOW, 0o644)


def _settle(binaries: Binaries, home: Home, account: Account) -> None:
    """Write the settings of the server, in the place of those that a data directory was kept with.

    They stand where ALTER SYSTEM goes before them.
    """
    settings = "".join(f"{name} = {value}\n" for name, value in SETTINGS.items())
    directory = str(home.sockets).replace("'", "''")
    ours = home.data / CONFIGURATION
    try:
        ours.unlink(missing_ok=True)
        with ours.open("x", encoding="utf-8") as out:
            account.give(out.fileno())
            out.write(f"{settings}unix_socket_directories = '\"{directory.replace(chr(34), chr(34) * 2)}\"'\n")
    except OSError as exc:
        raise fault(binaries, home, f"its settings cannot be written: {exc.strerror}") from exc


def _wait(cluster: Cluster, binaries: Binaries, url: str) -> None:
    """Wait until the server lets a session in."""
    home, process = cluster.home, cluster.process
    deadline = time.monotonic() + START_SECONDS
    while not _answers(url):
        if not cluster.is_running():
            raise fault(binaries, home, f"it ended with {process.returncode}; the end of its log:\n{cluster.log_end()}")
        if time.monotonic() > deadline:
            said = cluster.log_end()
            raise fault(binaries, home, f"it lets nobody in for {START_SECONDS:.0f} s; the end of its log:\n{said}")
        time.sleep(0.01)


def fault(binaries: Binaries, home: Home, what: str) -> ServerFault:
    """Return the fault of a server that does not start."""
    full = full_disk(home.root)
    said = next((line for line in what.splitlines() if says_full(line)), "")
    if full or said:
        return ServerFault(f"{binaries} does not start: {full or f'a disk is full: {said}'}", FULL_REMEDY)
    return ServerFault(
        f"{binaries} does not start: {what}",
        "Choose another server with --pgproof-pg-version=N or --pgproof-pg-bin=DIR, or another place with "
        "--pgproof-scratch=DIR.",
    )


FULL_REMEDY = "Free some room there, or name a directory with more of it: --pgproof-scratch=DIR."
NEARLY_NOTHING = 1024 * 1024


def says_full(text: str) -> bool:
    """Whether the words of the server or of the system are about a full disk."""
    return any(words in text for words in ("No space left", "Check free disk space", "Disk quota exceeded"))


def full_disk(directory: Path) -> str | None:
    """Return a sentence about a file system that is full, or None."""
    try:
        free, total = homes.room(directory)
    except OSError:
        return None
    if free >= NEARLY_NOTHING:
        return None
    return f"the disk of {directory.parent} is full ({free // 1024} kB free of {total // 1024 // 1024} MB)."


def tail(log: Path, lines: int) -> str:
    """Return the last lines of a log, without passwords; empty where there is none."""
    try:
        with log.open("rb") as source:
            source.seek(max(0, log.stat().st_size - 64 * 1024))
            text = source.read().decode(errors="replace")
    except OSError:
        return ""
    return "\n".join(masked(text).splitlines()[-lines:])


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True
