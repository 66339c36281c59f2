"""A crate is built by cargo: a fake one, which says what cargo says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pgproof.errors import HistoryFault, UsageFault
from pgproof.settings.model import SeaOrm, Settings
from pgproof.settings.sea_orm import read_sea_orm
from pgproof.tool import cargo
from pgproof.walk import sea_orm

CARGO = '[package]\nname = "migration"\n[dependencies]\nsea-orm-migration = "2"\n'


@pytest.fixture
def crate(tmp_path) -> Path:
    folder = tmp_path / "migration"
    folder.mkdir()
    (folder / "Cargo.toml").write_text(CARGO)
    (folder / "Cargo.lock").write_text('[[package]]\nname = "sea-orm-migration"\nversion = "1.1.20"\n')
    return folder


@pytest.fixture
def fake(tmp_path, monkeypatch) -> Callable[..., Path]:
    """Return a function that puts a cargo on PATH: its exit code, its messages, what it says beside them."""

    def made(code: int, *messages: dict[str, object], said: str = "") -> Path:
        folder = tmp_path / "bin"
        folder.mkdir()
        (folder / "messages").write_text("".join(json.dumps(message) + "\n" for message in messages))
        script = f'#!/bin/sh\necho "$@" > "{folder}/words"\ncat "{folder}/messages"\necho "{said}" >&2\nexit {code}\n'
        (folder / "cargo").write_text(script)
        (folder / "cargo").chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
        return folder / "words"

    return made


def artifact(crate: Path, name: str, kind: str = "bin") -> dict[str, object]:
    program = crate / "target" / "debug" / name
    (program.parent / "deps").mkdir(parents=True, exist_ok=True)
    own = program.parent / "deps" / f"{name}-0123abc"
    own.write_text("")
    program.hardlink_to(own)
    target = {"name": name, "kind": [kind]}
    manifest = str(crate / "Cargo.toml")
    return {"reason": "compiler-artifact", "manifest_path": manifest, "target": target, "executable": str(program)}


def test_the_program_is_the_file_that_no_other_crate_overwrites(crate, fake):
    words = fake(0, artifact(crate, "migration"))

    assert cargo.build(crate, ["--release"]) == crate / "target" / "debug" / "deps" / "migration-0123abc"
    assert words.read_text().split()[0] == "build"
    assert words.read_text().split()[-1] == "--release"


def test_in_a_shared_target_directory_what_another_crate_has_built_is_built_again(crate, fake, tmp_path):
    shared = tmp_path / "shared"
    message = artifact(shared, "migration") | {"manifest_path": str(crate / "Cargo.toml"), "fresh": True}
    words = fake(0, message)
    old = shared / "target" / "debug" / ".fingerprint" / "migration-0123abc"
    old.mkdir(parents=True)

    with pytest.raises(UsageFault, match=r"cannot be made to build .* again"):
        cargo.build(crate)  # the fake says that it is still fresh
    assert not old.exists()
    (words.parent / "messages").write_text(json.dumps(message | {"fresh": False}) + "\n")
    built = cargo.build(crate)
    (words.parent / "messages").write_text(json.dumps(message) + "\n")
    assert cargo.build(crate) == built

    built.write_text("another program")
    with pytest.raises(UsageFault, match="again"):
        cargo.build(crate)


def test_of_several_programs_the_one_with_the_name_of_the_crate_migrates(crate, fake):
    fake(0, artifact(crate, "seed"), artifact(crate, "migration"))

    assert cargo.build(crate).name.startswith("migration")


def test_several_programs_of_other_names_are_refused(crate, fake):
    fake(0, artifact(crate, "seed"), artifact(crate, "other"))

    with pytest.raises(UsageFault, match="several programs: other, seed"):
        cargo.build(crate)


def test_a_crate_without_a_program_is_refused(crate, fake):
    fake(0, artifact(crate, "migration", kind="lib"))

    with pytest.raises(UsageFault, match=r"no src/main\.rs"):
        cargo.build(crate)


def test_a_crate_that_does_not_compile_is_shown_with_its_errors(crate, fake):
    error = {"reason": "compiler-message", "message": {"level": "error", "rendered": "error[E0432]: unresolved"}}
    fake(101, error, said="could not compile")

    with pytest.raises(HistoryFault, match=r"ended with 101\.\nerror\[E0432\]: unresolved"):
        cargo.build(crate)


def test_without_an_error_of_the_compiler_the_words_of_cargo_are_shown(crate, fake):
    fake(101, said="failed to get tokio as a dependency")

    with pytest.raises(HistoryFault, match="failed to get tokio"):
        cargo.build(crate)


def test_without_cargo_the_remedy_is_said(crate, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(UsageFault, match="there is no cargo") as fault:
        cargo.build(crate)
    assert "[sea_orm] program" in fault.value.remedy


def test_the_version_is_that_of_the_lockfile(crate):
    assert cargo.version(crate) == "1.1.20"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"program": "bin/migration"}, ("{folder}/bin/migration",)),
        ({"program": "bin/sea-orm-cli"}, ("{folder}/bin/sea-orm-cli", "migrate", "-d", "{folder}/migration")),
    ],
)
def test_a_program_that_is_named_is_not_built(crate, given, words):
    folder = crate.parent
    (folder / "bin").mkdir()
    for name in ("migration", "sea-orm-cli"):
        (folder / "bin" / name).write_text("#!/bin/sh\n")
        (folder / "bin" / name).chmod(0o755)
    settings = Settings(migrations=crate, sea_orm=read_sea_orm(given, "[sea_orm]", folder))

    assert sea_orm.program(settings).words == tuple(word.format(folder=folder) for word in words)
    assert sea_orm.program(settings).version == "1.1.20"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"program": "bin/none"}, "no program 'bin/none' at"),
        ({"program": "pgproof-no-such-program"}, "no program 'pgproof-no-such-program' on PATH"),
        ({"program": "sh", "cargo": ["--release"]}, "names a program, and options for cargo"),
        ({"program": "'"}, "a command in the shell's words"),
        ({"programm": "sh"}, "Did you mean 'program'"),
        ({"cargo": "--release"}, "a list of texts"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path, given, said):
    with pytest.raises(UsageFault) as fault:
        read_sea_orm(given, "[sea_orm]", tmp_path)
    assert said in str(fault.value)


@pytest.mark.parametrize("layout", [None, "sea-orm", "named"])
def test_another_layout_or_tool_is_obeyed(crate, layout):
    assert sea_orm.is_meant(Settings(migrations=crate, layout=layout)) is (layout != "named")
    assert not sea_orm.is_meant(Settings(migrations=crate.parent / "bin"))
    assert sea_orm.is_meant(Settings(migrations=crate.parent, sea_orm=SeaOrm(program=("sh",))))
