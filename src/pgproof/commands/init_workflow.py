"""The job that verifies every change: for GitHub Actions or GitLab CI."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path, PurePosixPath

from pgproof.errors import UsageFault, did_you_mean

CHOICES = ("github", "gitlab", "none")
_GITLAB = ".gitlab-ci.yml"
_URL = re.compile(r"^\s*url\s*=.*\b(github|gitlab)\b", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """A file to be written."""

    path: Path
    text: str
    more: str = ""
    """What else has to be done, by hand."""


def chosen(asked: str | None, root: Path) -> str:
    """Return ``github``, ``gitlab`` or ``none``; raises UsageFault for what there is no job for."""
    if asked is not None:
        if asked not in CHOICES:
            raise UsageFault(f"--ci: there is no '{asked}'.{did_you_mean(asked, CHOICES)}", "Say github, gitlab, none.")
        return asked
    if (root / ".github").is_dir():
        return "github"
    if (root / _GITLAB).exists() or (root / ".gitlab").is_dir():
        return "gitlab"
    config = root / ".git" / "config"
    remote = _URL.search(config.read_text(encoding="utf-8", errors="replace")) if config.is_file() else None
    return remote[1] if remote else "none"


def workflow(ci: str, root: Path, here: Path, since: str | None) -> Workflow:
    """Return the job; ``here`` is where the settings file lies, ``since`` a branch that the checkout has to have."""
    folder = PurePosixPath(here.relative_to(root).as_posix())
    if ci == "github":
        return Workflow(path=root / ".github" / "workflows" / "pgproof.yml", text=_github(folder, since))
    text = _gitlab(folder, since)
    if (root / _GITLAB).exists():
        more = f"Add it to {_GITLAB}:  include: [{{ local: .gitlab/pgproof.yml }}]"
        return Workflow(path=root / ".gitlab" / "pgproof.yml", text=text, more=more)
    return Workflow(path=root / _GITLAB, text=text)


def _package() -> str:
    """Return what pip is asked for: this version, and those that only mend it."""
    return f"pgproof[embedded]~={'.'.join(version('pgproof').split('.')[:3])}"


def _github(folder: PurePosixPath, since: str | None) -> str:
    branch = _branch(since)
    lines = [
        "# Verifies the migrations on a real PostgreSQL. The same at your desk: pgproof verify",
        "name: migrations",
        "on:",
        "  pull_request:",
        *([] if since else ["  push:"]),
        "permissions:",
        "  contents: read",
        "jobs:",
        "  pgproof:",
        "    runs-on: ubuntu-latest",
        *(
            []
            if folder == PurePosixPath()
            else ["    defaults:", "      run:", f"        working-directory: {_q(folder)}"]
        ),
        "    steps:",
        "      - uses: actions/checkout@v4",
        *(
            [f"        with:\n          fetch-depth: 0 # the history tells what is newer than {branch}"]
            if since
            else []
        ),
        "      - uses: actions/setup-python@v5",
        "        with:",
        '          python-version: "3.13"',
        f"      - run: pip install '{_package()}'",
        "      - run: pgproof verify",
        "      - uses: actions/upload-artifact@v4",
        "        if: always()",
        "        with:",
        "          name: pgproof",
        f"          path: {_q(folder / 'reports')}",
    ]
    return "\n".join(lines) + "\n"


def _gitlab(folder: PurePosixPath, since: str | None) -> str:
    branch = _branch(since)
    lines = [
        "# Verifies the migrations on a real PostgreSQL. The same at your desk: pgproof verify",
        "pgproof:",
        "  image: python:3.13",
        *([f'  variables:\n    GIT_DEPTH: "0" # the history tells what is newer than {branch}'] if since else []),
        "  rules:",
        '    - if: $CI_PIPELINE_SOURCE == "merge_request_event"',
        *([] if since else ["    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"]),
        "  script:",
        *([f"    - {_q(f'git fetch origin +refs/heads/{branch}:refs/remotes/origin/{branch}')}"] if since else []),
        *([] if folder == PurePosixPath() else [f"    - {_q(f'cd {json.dumps(str(folder), ensure_ascii=False)}')}"]),
        f"    - pip install '{_package()}'",
        "    - pgproof verify",
        "  artifacts:",
        "    when: always",
        f"    paths: [{_q(folder / 'reports')}]",
        "    reports:",
        f"      junit: {_q(folder / 'reports' / 'junit.xml')}",
    ]
    return "\n".join(lines) + "\n"


def _branch(since: str | None) -> str:
    return (since or "").removeprefix("origin/")


def _q(text: object) -> str:
    """Return a text as YAML takes it: JSON's quotes, where plain letters would not do."""
    plain = str(text)
    return plain if re.fullmatch(r"[\w./-]+", plain, re.ASCII) else json.dumps(plain, ensure_ascii=False)
