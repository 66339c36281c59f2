"""The evidence folder and the run's own directory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from fake_walk import LINE

from pgproof.testing import room
from pgproof.testing.room import PREFIX, Room, sweep

GONE = 5.0


def test_evidence_is_kept_where_it_is_asked_for_without_an_earlier_run_in_it(project):
    folder = project.root / "kept"
    folder.mkdir()
    (folder / "step-0099.json").write_text("{}")
    (folder / "mine.txt").write_text("stays")

    project.run("--pgproof-evidence=kept")

    assert sorted(path.name for path in folder.iterdir()) == [
        "end.json", "mine.txt", "preview.json", "step-0000.json", "step-0001.json", "step-0002.json",
    ]  # fmt: skip


def test_evidence_that_cannot_be_written_is_refused_before_anything_runs(project):
    (project.root / "kept").write_text("a file")

    result = project.run("--pgproof-evidence=kept")

    assert result.ret == 4
    result.stderr.fnmatch_lines(["ERROR: The evidence cannot be written to *kept: *", "Name another folder*"])
    assert project.log() == []


def test_two_runs_do_not_share_a_folder(project):
    project.migrations(m2="slow")
    line = [sys.executable, "-m", "pytest", *LINE, "--pgproof-evidence=kept"]
    first = subprocess.Popen(line, cwd=project.root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    for _ in range(200):
        if (project.root / "walking").exists():
            break
        time.sleep(0.1)
    second = project.run("--pgproof-evidence=kept")
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=20)

    assert second.ret == 4
    second.stderr.fnmatch_lines(["ERROR: Another run of pgproof is writing its evidence to *kept."])


def test_nothing_is_left_after_sigkill(tmp_path):
    code = "from pgproof.testing.room import Room; import time; print(Room().root, flush=True); time.sleep(30)"
    process = subprocess.Popen(
        [sys.executable, "-c", code], env={**os.environ, "TMPDIR": str(tmp_path)}, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    root = process.stdout.readline().strip()
    assert os.path.isdir(root)  # noqa: PTH112 - as the process printed it
    process.kill()
    process.communicate()
    limit = time.monotonic() + GONE
    while list(tmp_path.iterdir()) and time.monotonic() < limit:
        time.sleep(0.05)

    assert list(tmp_path.iterdir()) == []


def test_the_sweep_takes_the_dead_and_leaves_the_living(tmp_path, monkeypatch):
    monkeypatch.setattr(room.tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(room, "_YOUNG", -1.0)
    living = Room()
    dead = tmp_path / f"{PREFIX}dead"
    dead.mkdir()
    sweep(tmp_path)
    left = set(tmp_path.iterdir())
    living.close()

    assert left == {living.root}
    assert not living.root.exists()
