"""A PostgreSQL of somebody else: on a port of the loopback interface, with passwords, in a directory of its own."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from pgproof.server import home
from pgproof.server.binaries import Binaries
from pgproof.server.privileges import environment, unprivileged

PASSWORD = "hunter2 @/:#?%'\"é"  # noqa: S105 - of servers that live for a test
"""Of every user: nothing of it may ever be printed."""
SECONDS = 30


@dataclass(frozen=True)
class TcpServer:
    """A running server; ``ci`` may create databases, ``nobody`` may not, both are no superusers."""

    port: int

    def url(self, user: str = "postgres", database: str = "postgres", password: str = PASSWORD) -> str:
        return f"postgresql://{user}:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}"

    def connect(self, user: str = "postgres", database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(self.url(user, database), autocommit=True)

    def databases(self) -> set[str]:
        with self.connect() as session:
            return {name for (name,) in session.execute("SELECT datname FROM pg_database")}

    def execute(self, statement: str) -> None:
        with self.connect() as session:
            session.execute(statement)


@contextlib.contextmanager
def serving(binaries: Binaries, *more: str) -> Iterator[TcpServer]:
    """Run a server until the end of the block."""
    account = unprivileged()
    root = Path(tempfile.mkdtemp(prefix="test-tcp-", dir="/tmp"))
    # takes server and directory away, however the tests end
    guard = home.watch(root.with_suffix(".lock"), (root,), stdin=subprocess.PIPE)
    process: subprocess.Popen[bytes] | None = None
    try:
        root.chmod(0o755)
        data, secret = root / "data", root / "secret"
        data.mkdir()
        account.give(data)
        secret.write_text(PASSWORD, encoding="utf-8")
        made = account.run(
            [binaries.folder / "initdb", "-D", data, "-U", "postgres", "-A", "scram-sha-256", "--pwfile", secret,
             "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"], env=environment(binaries.folder),
        )  # fmt: skip
        assert not made.code, made.output
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            server = TcpServer(free.getsockname()[1])
        line = [f"-cport={server.port}", f"-cunix_socket_directories={data}", "-clisten_addresses=127.0.0.1"]
        line.append("-cfsync=off")
        with (root / "log").open("wb") as log:
            process = account.start(
                [binaries.folder / "postgres", "-D", data, *line, *more], env=environment(binaries.folder), log=log
            )
        _wait(server)
        for user, right in (("ci", "CREATEDB"), ("nobody", "NOCREATEDB")):
            quoted = PASSWORD.replace("'", "''")
            server.execute(f"CREATE ROLE {user} LOGIN {right} PASSWORD '{quoted}'")
        yield server
    finally:
        assert guard.stdin
        guard.stdin.close()
        guard.wait(SECONDS)
        if process is not None:
            process.wait(SECONDS)


def _wait(server: TcpServer) -> None:
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            server.connect().close()
        except psycopg.OperationalError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return
