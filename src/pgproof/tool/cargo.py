"""Cargo, which builds a crate of migrations: once, and then its program is run without it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from pgproof.errors import HistoryFault, UsageFault
from pgproof.masking import masked
from pgproof.settings import crates

_LAST = 40


def build(crate: Path, options: Sequence[str] = ()) -> Path:
    """Return the program of a crate, built by cargo with these options; what cargo says goes to a terminal, too.

    In a target directory that crates share, cargo takes one crate of the same name for another, where it has built that
    later: what it has not built just now, or for this crate in an earlier run, is built again.

    Raises UsageFault where there is no cargo or no program; HistoryFault where the crate does not compile.
    """
    messages = _built(crate, options)
    program = _program(messages, crate)
    if program.is_relative_to(_workspace(crate)):
        return _own(program)
    stamp = program.with_name(f".{program.name}.pgproof")
    if any(_of(crate, messages, "fresh")) and not _is_ours(stamp, crate, program):
        for left in (program.parent / ".fingerprint").glob(f"{_name(crate)}-*"):
            shutil.rmtree(left, ignore_errors=True)
        messages = _built(crate, options)
        if any(_of(crate, messages, "fresh")):
            raise UsageFault(
                f"Cargo cannot be made to build {crate} again in {program.parent}, which other crates share.",
                "Give this crate a target directory of its own: CARGO_TARGET_DIR=….",
            )
    stamp.write_text(_stamp(crate, program), encoding="utf-8")
    return _own(program)


def identity(program: Path) -> str:
    """Return what changes when a program is built anew; empty where there is none."""
    try:
        found = program.stat()
    except OSError:
        return ""
    return f"{found.st_ino} {found.st_mtime_ns} {found.st_size}"


def version(crate: Path) -> str:
    """Return the version of sea-orm-migration in the lockfile of a crate or its workspace; empty without one."""
    import tomllib  # noqa: PLC0415 - most projects have no crate

    for folder in (crate, *crate.resolve().parents):
        with contextlib.suppress(OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
            packages = tomllib.loads((folder / "Cargo.lock").read_text(encoding="utf-8")).get("package", [])
            return next((str(p.get("version")) for p in packages if p.get("name") == crates.PACKAGE), "")
    return ""


def _built(crate: Path, options: Sequence[str]) -> list[Mapping[str, object]]:
    """Return cargo's messages about a build that succeeded; raises UsageFault, HistoryFault."""
    command = ["cargo", "build", "--message-format=json", "--manifest-path", str(crate / "Cargo.toml"), *options]
    with tempfile.TemporaryFile() as out:
        code, said = _run(command, crate, out)
        out.seek(0)
        messages = [json.loads(line) for line in out if line.startswith(b"{")]
    if code:
        raise HistoryFault(
            f"The crate {crate} cannot be built: cargo ended with {code}.\n{_errors(messages) or _end(said)}",
            f"Mend that; `cargo build --manifest-path {crate / 'Cargo.toml'}` shows it whole.",
        )
    return messages


def _workspace(crate: Path) -> Path:
    """Return the directory whose target directory is the crate's alone: that of its lockfile."""
    folders = (crate.resolve(), *crate.resolve().parents)
    return next((folder for folder in folders if (folder / "Cargo.lock").is_file()), folders[0])


def _of(crate: Path, messages: Sequence[Mapping[str, object]], key: str) -> Iterator[object]:
    """Yield what cargo says about each part of the crate itself that it built or found built."""
    manifest = (crate / "Cargo.toml").resolve()
    for message in messages:
        if message.get("reason") == "compiler-artifact" and Path(str(message["manifest_path"])).resolve() == manifest:
            yield message.get(key)


def _is_ours(stamp: Path, crate: Path, program: Path) -> bool:
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == _stamp(crate, program)


def _stamp(crate: Path, program: Path) -> str:
    return f"{crate.resolve()}\n{identity(program)}\n"


def _name(crate: Path) -> str:
    package = crates.manifest(crate).get("package")
    return str(package.get("name")) if isinstance(package, Mapping) else ""


def _run(command: Sequence[str], crate: Path, out: IO[bytes]) -> tuple[int, list[str]]:
    """Return how cargo ended and what it said beside its messages; it ends with us, when we are interrupted."""
    try:
        started = subprocess.Popen(
            command,
            cwd=crate,  # a rust-toolchain.toml, a .cargo/config.toml
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except FileNotFoundError as exc:
        raise UsageFault(
            f"{crate} is a crate of SeaORM migrations, and there is no cargo to build it.",
            'Install Rust (https://rustup.rs); or name a program that is built: [sea_orm] program = "path/to/it".',
        ) from exc
    try:
        said = list(_echoed(started.stderr or ()))
        return started.wait(), said
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGKILL)
        started.wait()
        raise
    finally:
        if started.stderr:
            started.stderr.close()


def _echoed(lines: IO[bytes] | tuple[()]) -> Iterator[str]:
    """Yield lines, and show them to whoever waits at a terminal: a first build takes minutes."""
    terminal = sys.__stderr__ if sys.__stderr__ is not None and sys.__stderr__.isatty() else None
    for raw in lines:
        line = raw.decode(errors="replace").rstrip("\n")
        if terminal is not None:
            terminal.write(f"{line}\n")
            terminal.flush()
        yield line


def _errors(messages: Sequence[Mapping[str, object]]) -> str:
    told = [m["message"] for m in messages if m.get("reason") == "compiler-message"]
    errors = [str(t.get("rendered", "")) for t in told if isinstance(t, Mapping) and t.get("level") == "error"]
    return masked("\n".join("\n".join(errors).splitlines()[:_LAST]))


def _end(said: Sequence[str]) -> str:
    return masked("\n".join(said[-_LAST:]))


def _program(messages: Sequence[Mapping[str, object]], crate: Path) -> Path:
    """Return the program among what was built: the crate's only one, or the one that bears its name."""
    manifest = (crate / "Cargo.toml").resolve()
    found: dict[str, Path] = {}
    for message in messages:
        target, executable = message.get("target"), message.get("executable")
        if not executable or not isinstance(target, Mapping) or "bin" not in target.get("kind", ()):
            continue
        if Path(str(message.get("manifest_path"))).resolve() == manifest:
            found[str(target["name"])] = Path(str(executable))
    package = crates.manifest(crate).get("package")
    name = str(package.get("default-run") or package.get("name")) if isinstance(package, Mapping) else ""
    if len(found) == 1:
        return next(iter(found.values()))
    if name in found:
        return found[name]
    if found:
        raise UsageFault(
            f"{crate} builds several programs: {', '.join(sorted(found))}.",
            'Say which one migrates: [sea_orm] cargo = ["--bin", "NAME"].',
        )
    raise UsageFault(
        f"{crate} builds no program that migrates: it has no src/main.rs.",
        "Add the one that `sea-orm-cli migrate init` writes: it calls cli::run_cli(migration::Migrator).await.",
    )


def _own(program: Path) -> Path:
    """Return the file that is this crate's alone: crates that share a target directory overwrite the other name."""
    is_same = program.stat()
    stem = program.stem.replace("-", "_")
    for one in (program.parent / "deps").glob(f"{stem}-*"):
        if os.path.samestat(one.stat(), is_same):
            return one
    return program
