"""``pgproof lock``: what it writes, what it refuses to write, and what it says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pgproof import cli

HEADER = "# Released migrations, by `pgproof lock`: the SHA-256 of each, and its version.\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("PGPROOF_")]:
        monkeypatch.delenv(name)
    for number in (1, 2, 10):
        write(tmp_path, number, f"CREATE TABLE t{number} (id int PRIMARY KEY);\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(here: Path, number: int, up: str, down: str = "SELECT 1;\n") -> None:
    folder = here / "migrations"
    folder.mkdir(exist_ok=True)
    (folder / f"{number:04}_t.up.sql").write_text(up)
    (folder / f"{number:04}_t.down.sql").write_text(down)


def lock(here: Path) -> Path:
    return here / "migrations" / "pgproof.lock"


def locked(here: Path) -> list[str]:
    return [line.split()[1] for line in lock(here).read_text().splitlines()[1:]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]):
    """Return what runs ``pgproof lock`` and gives its exit code and the lines that it says."""

    def lines(*words: str) -> tuple[int, list[str]]:
        code = cli.main(["lock", *words])
        said = capsys.readouterr()
        return code, (said.out + said.err).splitlines()

    return lines


def test_it_writes_a_line_a_migration_in_the_order_of_numbers(here: Path, run):
    assert run("--check") == (1, ["migrations/pgproof.lock does not exist: `pgproof lock` writes it."])
    assert run() == (
        0, ["Wrote migrations/pgproof.lock: 3 released.", "  1 is released", "  2 is released", "  10 is released"],
    )  # fmt: skip
    text = lock(here).read_text()
    assert text.startswith(HEADER)
    assert locked(here) == ["1", "2", "10"]
    assert all(line.startswith("sha256:") for line in text.splitlines()[1:])
    assert run("--check") == (0, ["migrations/pgproof.lock says what is there."])


def test_a_second_time_it_touches_nothing(here: Path, run):
    run()
    before = lock(here).stat()

    assert run() == (0, ["migrations/pgproof.lock is up to date."])
    assert (lock(here).stat().st_mtime_ns, lock(here).stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    assert [path.name for path in (here / "migrations").iterdir() if path.name.startswith(".")] == []


def test_a_new_migration_is_a_new_line_and_no_other_changes(here: Path, run):
    run()
    before = lock(here).read_text().splitlines()
    write(here, 3, "SELECT 3;")

    code, said = run("--check")
    assert (code, said[1]) == (1, "  3 is not written down")
    assert said[2] == "`pgproof lock` writes them down."
    assert run() == (0, ["Wrote migrations/pgproof.lock: 4 released.", "  3 is released"])
    after = lock(here).read_text().splitlines()
    assert [line for line in after if line not in before] == [after[3]]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda folder: (folder / "0002_t.up.sql").write_text("SELECT 2;"), "  2 was edited"),
        (lambda folder: [path.unlink() for path in folder.glob("0002_*")], "  2 is gone"),
        (
            lambda folder: [path.rename(folder / path.name.replace("0002", "0011")) for path in folder.glob("0002_*")],
            "  2 is gone: renamed to 11?",
        ),
    ],
)
def test_a_released_migration_that_was_changed_is_not_written_down(here: Path, run, change, fault: str):
    run()
    before = lock(here).read_bytes()
    change(here / "migrations")

    code, said = run("--check")
    assert (code, said[0], said[1]) == (1, "migrations/pgproof.lock does not say what is there:", fault)
    code, said = run()
    assert (code, said[1]) == (1, fault)
    assert said[0] == "migrations/pgproof.lock was not written: a released migration is not what it was."
    assert "--accept=VERSION" in said[2]
    assert lock(here).read_bytes() == before


def test_what_is_accepted_is_written_down_and_nothing_else(here: Path, run):
    run()
    write(here, 1, "SELECT 1;")
    write(here, 2, "SELECT 2;")

    code, said = run("--accept=1")
    assert (code, said[1]) == (1, "  2 was edited")
    code, said = run("--accept=1", "--accept", "2")
    assert (code, said[1:]) == (0, ["  1 is released as it is now", "  2 is released as it is now"])
    assert run("--check")[0] == 0


def test_a_migration_that_is_gone_leaves_the_file_when_that_is_accepted(here: Path, run):
    run()
    for path in (here / "migrations").glob("0002_*"):
        path.unlink()

    assert run("--accept=2") == (
        0, ["Wrote migrations/pgproof.lock: 2 released.", "  2 is no longer among the released ones"],
    )  # fmt: skip
    assert locked(here) == ["1", "10"]


def test_an_edited_down_and_other_line_ends_are_no_edit(here: Path, run):
    run()
    write(here, 1, "\r\nCREATE TABLE t1 (id int PRIMARY KEY);\r\n\r\n", down="DROP TABLE t1;")

    assert run("--check") == (0, ["migrations/pgproof.lock says what is there."])


def test_a_repeatable_migration_is_there_to_be_edited(here: Path, run):
    folder = here / "sql"
    folder.mkdir()
    (folder / "V1__t.sql").write_text("SELECT 1;")
    (folder / "R__view.sql").write_text("SELECT 2;")

    assert run("sql") == (0, ["Wrote sql/pgproof.lock: 1 released.", "  1 is released"])


def test_each_part_of_a_group_is_released_by_itself(here: Path, run):
    (here / "pgproof.toml").write_text('groups = "[0-9]{3}"\n')

    run()
    assert [line.split()[1] for line in (here / "pgproof.lock").read_text().splitlines()[1:]] == ["1", "2", "10"]


def test_it_lies_beside_the_settings_file_or_where_it_is_named(here: Path, run):
    (here / "pgproof.toml").write_text("rows = 5\n")
    (here / "docs").mkdir()

    assert run("--lock=docs/released.lock")[1][0] == "Wrote docs/released.lock: 3 released."
    assert run()[1][0] == "Wrote pgproof.lock: 3 released."
    assert (here / "pgproof.lock").read_bytes() == (here / "docs" / "released.lock").read_bytes()
    (here / "pgproof.toml").write_text('lock = "docs/released.lock"\n')
    assert run("--check") == (0, ["docs/released.lock says what is there."])


def test_lines_of_two_branches_merge_in_any_order(here: Path, run):
    run()
    first, *others = lock(here).read_text().splitlines()
    lock(here).write_text("\r\n".join([first, *reversed(others), others[0], ""]))

    assert run("--check") == (0, ["migrations/pgproof.lock says what is there."])
    assert run()[0] == 0
    assert locked(here) == ["1", "2", "10"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<<<<<<< HEAD\n", "line 1: a merge conflict was left there."),
        ("sha256:1 1\n", "line 1: 'sha256:1 1' is no line of a lockfile."),
        (f"\nsha256:{'0' * 64} 1\nsha256:{'1' * 64} 1\n", "line 3: 1 has two contents."),
    ],
)
def test_a_file_that_is_no_lockfile_is_left_alone(here: Path, run, text: str, message: str):
    lock(here).write_text(text)

    for words in ([], ["--check"]):
        code, said = run(*words)
        assert (code, len(said)) == (4, 2)
        assert message in said[0]
    assert lock(here).read_text() == text


def test_bytes_that_are_no_text_are_one_message(here: Path, run):
    lock(here).write_bytes(b"\xff\xfe")

    code, said = run()
    assert code == 4
    assert "is not UTF-8 text" in said[0]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--accept=1"], "--accept=1: migrations/pgproof.lock holds no such migration that was edited or is gone."),
        (["--check", "--accept=1"], "--check writes nothing, and --accept would."),
        (["--lock=no/such/folder.lock"], "cannot be written: No such file or directory."),
        (["nowhere"], "The migrations directory"),
        (["--chek"], "--chek is no option of lock. Did you mean '--check'?"),
        (["--subject=1"], "--subject is no option of lock."),
    ],
)
def test_what_cannot_be_meant_is_one_message(here: Path, run, words: list[str], message: str):
    run()
    code, said = run(*words)

    assert code == 4
    assert message in said[0]


def test_a_misspelt_version_is_told_from_the_edited_ones(here: Path, run):
    run()
    write(here, 10, "SELECT 10;")

    assert "Did you mean '10'?" in run("--accept=0010")[1][0]


def test_many_lines_are_cut_and_counted(here: Path, run):
    for number in range(20, 50):
        write(here, number, f"SELECT {number};")
    code, said = run()

    assert (code, len(said), said[-1]) == (0, 22, "  and 13 more")


def test_a_link_stays_a_link_and_rights_stay(here: Path, run):
    real = here / "real.lock"
    real.write_text(HEADER)
    real.chmod(0o640)
    lock(here).symlink_to(real)

    assert run()[0] == 0
    assert lock(here).is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert len(real.read_text().splitlines()) == 4


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_one_message(here: Path, run):
    (here / "migrations").chmod(0o500)
    code, said = run()
    (here / "migrations").chmod(0o700)

    assert code == 4
    assert "cannot be written: Permission denied." in said[0]
