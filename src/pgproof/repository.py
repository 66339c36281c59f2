"""A git repository, read by git's own program; nothing in it is ever written."""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Self

from pgproof.errors import UsageFault, did_you_mean
from pgproof.masking import masked

_KEPT = ("GIT_CONFIG_", "GIT_SSH", "GIT_SSL_", "GIT_ASKPASS", "GIT_EXEC_PATH")
"""The GIT_* variables that say how git works, and not on what: safe.directory may be among them."""
_OWN = {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
_PLAIN = tuple(
    word
    for setting in ("core.fsmonitor=false", "log.showSignature=false", "log.follow=false", "log.showRoot=true")
    for word in ("-c", setting)
)
"""User configuration that would change what is answered, or start programs."""
_LINK, _SUBMODULE = "120000", "160000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit, and what people call it."""

    sha: str
    ref: str
    """Where it was found: ``main``; ``origin/main`` where there is no other ``main``."""

    def __str__(self) -> str:
        short = self.sha[:7]
        return short if self.sha.startswith(self.ref.lower()) else f"{self.ref} ({short})"


@dataclass(frozen=True, slots=True)
class Repository:
    """A working tree: that of a clone, a worktree or a submodule."""

    root: Path
    """Without links."""

    @classmethod
    def around(cls, path: Path) -> Self | None:
        """Return the repository that a file or directory really lies in; git itself is not asked."""
        real = path.resolve()
        return next((cls(folder) for folder in (real, *real.parents) if _has_git(folder)), None)

    def commit(self, ref: str, *, versions: Iterable[str] = ()) -> Commit:
        """Return the commit of a branch, a tag or a checksum; that of a remote branch where nothing else has the name.

        Raises UsageFault where there is none; ``versions`` may have been meant as well.
        """
        remotes = self._git("remote").splitlines()
        for name in (ref, *(f"{remote}/{ref}" for remote in sorted(remotes, key=lambda one: one != "origin"))):
            sha = self._sha(name)
            if sha:
                return Commit(sha=sha, ref=name)
        raise self._unknown(ref, versions)

    def merge_base(self, commit: Commit) -> Commit:
        """Return the commit where the checkout and another parted; raises UsageFault where there is none."""
        if not self._sha("HEAD"):
            raise UsageFault(
                f"The repository {self.root} has no commit on this branch yet: nothing is older than {commit.ref}.",
                "Commit something first, or leave `since` out.",
            )
        sha = self._git("merge-base", commit.sha, "HEAD", may_fail=True).strip()
        if sha:
            return Commit(sha=sha, ref=commit.ref)
        what = f"The commit where this branch and {commit.ref} parted cannot be found"
        if self.is_shallow:
            raise UsageFault(f"{what}: the repository {self.root} is a shallow clone.", _DEEPEN)
        raise UsageFault(f"{what}: they have no commit in common.", "Name a commit that this branch comes from.")

    @property
    def is_shallow(self) -> bool:
        """Whether older commits were left out when it was cloned."""
        return self._git("rev-parse", "--is-shallow-repository").strip() == "true"

    def text(self, commit: Commit, path: Path) -> str | None:
        """Return what a file held at a commit; None where it was not there."""
        kind, content = next(self._read([f"{commit.sha}:{self._inside(path)}"]))
        return content.decode("utf-8", errors="replace") if kind == "blob" else None

    def export(self, commit: Commit, folder: Path, target: Path) -> bool:
        """Write what a directory held at a commit into a new one; return whether it was there at all.

        Links are followed as far as the repository goes. Where the directory has another name today, its old one is
        found by the files that were moved.
        """
        inside = self._inside(folder)
        there = inside if self._tree(commit, inside) else self._former(commit, inside)
        if there is None:
            return False
        self._write_tree(commit, there, target)
        return True

    def added(self, folder: Path) -> dict[Path, date]:
        """Return the day on which each file came into a directory; nothing where a shallow clone cannot tell."""
        if self.is_shallow or not self._sha("HEAD"):
            return {}
        told = self._git(
            "--literal-pathspecs", "log", "--diff-filter=A", "--no-renames", "--format=tformat:%x01%cd",
            "--date=short", "-z", "--name-only", "--", self._inside(folder) or ".",
        )  # fmt: skip
        found: dict[Path, date] = {}
        for record in told.split("\x01")[1:]:
            day, *names = record.split("\0")
            found |= {self.root / name.lstrip("\n"): date.fromisoformat(day) for name in names if name}
        return found

    def refs(self) -> list[str]:
        """Return the names of branches, of remote ones too, and of tags."""
        return self._git("for-each-ref", "--format=%(refname:short)").split()

    def _unknown(self, ref: str, versions: Iterable[str]) -> UsageFault:
        is_shallow = self.is_shallow
        shallow = ", a shallow clone," if is_shallow else ""
        return UsageFault(
            f"since: '{ref}' is no version, and the repository {self.root}{shallow} has no such branch, tag or commit."
            f"{did_you_mean(ref, [*self.refs(), *versions])}",
            _DEEPEN if is_shallow else "`git branch --all` and `git tag` list them; `git fetch` brings new ones.",
        )

    def _sha(self, name: str) -> str:
        if name.startswith("-") or ".." in name or "\n" in name or "\0" in name:
            return ""
        return self._git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}", may_fail=True).strip()

    def _inside(self, path: Path) -> str:
        """Return a path as git writes it; raises UsageFault for one that lies elsewhere."""
        real = path.resolve()
        if not real.is_relative_to(self.root):
            raise UsageFault(
                f"{path} does not lie in the repository {self.root}, so git does not know what it held.",
                "Give `since` as a version, or leave it out.",
            )
        inside = real.relative_to(self.root).as_posix()
        return "" if inside == "." else inside

    def _tree(self, commit: Commit, inside: str) -> str:
        told = self._git("cat-file", "--batch-check", "--follow-symlinks", fed=[f"{commit.sha}:{inside}"])
        sha, _, rest = told.partition(" ")
        return sha if rest.startswith("tree ") else ""

    def _former(self, commit: Commit, inside: str) -> str | None:
        """Return the directory from which most files of one were moved since a commit, unchanged; None without one."""
        told = self._git("diff-index", "--cached", "-z", "--name-status", "-M100%", "--diff-filter=R", commit.sha)
        fields = told.split("\0")
        moved = ((PurePosixPath(old), PurePosixPath(new)) for old, new in zip(fields[1::3], fields[2::3], strict=False))
        found = Counter[str]()
        for old, new in moved:
            below = new.relative_to(inside).parts if new.is_relative_to(inside) else ()
            if below and old.parts[-len(below) :] == below:
                found["/".join(old.parts[: -len(below)])] += 1
        return found.most_common(1)[0][0] if found else None

    def _write_tree(self, commit: Commit, inside: str, target: Path, around: frozenset[str] = frozenset()) -> None:
        """Write a directory of a commit; ``around`` are those that links have come through."""
        tree = self._tree(commit, inside)
        target.mkdir(parents=True, exist_ok=True)
        if tree in around:
            return
        entries = [line.partition("\t") for line in self._git("ls-tree", "-r", "-z", tree).split("\0") if line]
        named = {path: f"{inside}/{path}".removeprefix("/") for _, _, path in entries}
        wanted = {
            path: f"{commit.sha}:{named[path]}" if about.startswith(_LINK) else about.split()[2]
            for about, _, path in entries
            if not about.startswith(_SUBMODULE) and "\n" not in path
        }
        for path, (kind, content) in zip(wanted, self._read(wanted.values()), strict=True):
            place = target / path
            place.parent.mkdir(parents=True, exist_ok=True)
            if kind == "blob":
                place.write_bytes(content)
            elif kind == "tree":
                self._write_tree(commit, named[path], place, around | {tree})
            elif kind == "symlink" and (outside := self.root / os.fsdecode(content)).exists():
                place.symlink_to(outside)

    def _read(self, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Yield the kind and the content of each object; the kind is ``missing`` or the like where it has none."""
        fed = list(names)
        said = self._run("cat-file", "--batch", "--follow-symlinks", fed=fed) if fed else b""
        start = 0
        for _ in fed:
            end = said.index(b"\n", start)
            words = said[start:end].decode("utf-8", errors="replace").split(" ")
            start = end + 1
            if words[-1] == "missing":
                yield "missing", b""
                continue
            kind, size = words[-2], int(words[-1])
            yield kind, said[start : start + size]
            start += size + 1

    def _git(self, *words: str, fed: Sequence[str] = (), may_fail: bool = False) -> str:
        return self._run(*words, fed=fed, may_fail=may_fail).decode("utf-8", errors="surrogateescape")

    def _run(self, *words: str, fed: Sequence[str] = (), may_fail: bool = False) -> bytes:
        """Return what git answers; raises UsageFault where it cannot, or where it fails and may not."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k.startswith(_KEPT)}
        try:
            done = subprocess.run(
                ["git", "-C", str(self.root), *_PLAIN, *words],
                env=environment | _OWN,
                input="".join(f"{line}\n" for line in fed).encode("utf-8", errors="surrogateescape"),
                capture_output=True,
                check=False,
            )
        except OSError as exc:
            raise UsageFault(
                f"git cannot be run: {exc.strerror}.", "Install git, or put it on PATH: it reads the base of `since`."
            ) from exc
        said = done.stderr.decode("utf-8", errors="replace")
        if done.returncode and "dubious ownership" in said:
            raise UsageFault(
                f"The repository {self.root} belongs to another user, so git does not read it.",
                f"If you trust it: git config --global --add safe.directory '{self.root}'",
            )
        if done.returncode and not (may_fail and done.returncode == 1):
            last = next((line for line in reversed(said.splitlines()) if line.startswith(("fatal", "error"))), said)
            raise UsageFault(
                f"git {words[0]} failed in {self.root}: {masked(last.strip())}", "`git fsck` says more, or git status."
            )
        return done.stdout


_DEEPEN = "Run `git fetch --unshallow`, or give `fetch-depth: 0` to actions/checkout, so that git holds older commits."


def _has_git(folder: Path) -> bool:
    git = folder / ".git"
    return git.is_file() or (git / "HEAD").exists()
