"""The table [tool]: the commands of the team's own tool."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgproof.errors import UsageFault
from pgproof.settings import load


@pytest.fixture
def read(tmp_path: Path):
    (tmp_path / "migrations").mkdir()

    def read(text: str):
        (tmp_path / "pgproof.toml").write_text(text)
        return load({}, cwd=tmp_path, environ={}).tool

    return read


def test_commands_are_words_and_run_in_the_folder_of_the_file(read, tmp_path):
    up = "up = \"migrate up --url '{url} x'\""
    tool = read(f"[tool]\n{up}\nup_one = ['migrate', '{{version}}']\ndown = 'migrate down'\n")

    assert tool.up == ("migrate", "up", "--url", "{url} x")
    assert tool.up_one == ("migrate", "{version}")
    assert tool.down == ("migrate", "down")
    assert tool.folder == tmp_path
    assert str(tool) == "up = migrate up --url '{url} x'; up_one = migrate '{version}'; down = migrate down"


def test_without_a_tool_there_is_none(read):
    assert read("rows = 3") is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[tool]\ndown = 'x'", "'up' is missing"),
        ("[tool]\nup = 'x'", "'up' does not name {directory}, and there is no 'up_one'"),
        ("[tool]\nup = 'x'\nup_one = 'y'\nupp = 'z'", "unknown"),
        ("[tool]\nup = 'x {urll}'\nup_one = 'y'", "Did you mean 'url'"),
        ("[tool]\nup = 'x {version}'\nup_one = 'y'", "'up' must be"),
        ("[tool]\nup = 'x {'\nup_one = 'y'", "braces name places"),
        ("[tool]\nup = 'x \"y'\nup_one = 'y'", "the shell's words"),
        ("[tool]\nup = 3\nup_one = 'y'", "a command"),
        ("[tool]\nup = []\nup_one = 'y'", "a command"),
        ("[tool]\nup = 'x'\nup_one = 'y'\nstatus = 's'", "'versions' is missing"),
        ("[tool]\nup = 'x'\nup_one = 'y'\nstatus = 's'\nversions = '('", "regular expression"),
        ("[tool]\nup = 'x'\nup_one = 'y'\nstatus = 's'\nversions = 'a'", "(?P<version>"),
        ("[tool]\nup = 'x'\nup_one = 'y'\nforget = 'DELETE {file}'", "'forget'"),
        ("tool = 'x'", "[tool]"),
    ],
)
def test_what_cannot_be_meant_is_one_message(read, text, told):
    with pytest.raises(UsageFault) as caught:
        read(text)
    assert told in f"{caught.value.message} {caught.value.remedy}"
