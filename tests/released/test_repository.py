"""What pgproof reads from git, in all the ways in which people and CI check out."""

from __future__ import annotations

import os
import shutil
from datetime import date
from pathlib import Path

import pytest
from checkout import Checkout

from pgproof.errors import UsageFault
from pgproof.repository import Repository

ONE = {"migrations/0001_a.sql": "SELECT 1;\n"}
TWO = {"migrations/0002_b.sql": "SELECT 2;\n"}


def repository(path: Path) -> Repository:
    found = Repository.around(path)
    assert found is not None
    return found


def exported(found: Repository, ref: str, folder: Path, tmp_path: Path) -> dict[str, str] | None:
    """Return name → text of what a directory held at a commit."""
    target = tmp_path / "exported"
    if not found.export(found.commit(ref), folder, target):
        return None
    return {str(p.relative_to(target)): p.read_text() for p in sorted(target.rglob("*")) if p.is_file()}


def test_there_is_none_outside(tmp_path: Path) -> None:
    assert Repository.around(tmp_path) is None


def test_a_folder_that_is_called_so_is_no_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert Repository.around(tmp_path) is None


def test_it_is_found_from_below_and_through_links(checkout: Checkout, tmp_path: Path) -> None:
    checkout.commit(ONE)
    link = tmp_path / "link"
    link.symlink_to(checkout.root / "migrations")
    for path in (checkout.root / "migrations" / "0001_a.sql", link):
        assert repository(path).root == checkout.root.resolve()


def test_a_commit_is_called_as_it_was_asked_for(checkout: Checkout) -> None:
    sha = checkout.commit(ONE)
    checkout.git("tag", "v1")
    found = repository(checkout.root)
    assert str(found.commit("main")) == f"main ({sha[:7]})"
    assert str(found.commit("v1")) == f"v1 ({sha[:7]})"
    assert str(found.commit(sha[:10])) == sha[:7]
    assert found.commit("HEAD").sha == sha


def test_a_branch_that_only_the_remote_has_is_taken_from_there(checkout: Checkout, tmp_path: Path) -> None:
    sha = checkout.commit(ONE)
    clone = checkout.clone(tmp_path / "clone")
    clone.git("checkout", "-q", "--detach")
    clone.git("branch", "-D", "main")
    assert str(repository(clone.root).commit("main")) == f"origin/main ({sha[:7]})"


def test_an_unknown_name_is_an_error_that_knows_a_closer_one(checkout: Checkout) -> None:
    checkout.commit(ONE)
    with pytest.raises(UsageFault, match=r"no such branch, tag or commit\. Did you mean 'main'\?"):
        repository(checkout.root).commit("mian")


@pytest.mark.parametrize("ref", ["--all", "-x", "main..HEAD", "main\nHEAD", "HEAD:migrations"])
def test_what_is_no_commit_is_refused(checkout: Checkout, ref: str) -> None:
    checkout.commit(ONE)
    with pytest.raises(UsageFault):
        repository(checkout.root).commit(ref)


def test_the_merge_base_is_where_the_branches_parted(checkout: Checkout) -> None:
    parted = checkout.commit(ONE)
    checkout.branch()
    checkout.commit(TWO)
    checkout.git("checkout", "-q", "main")
    checkout.commit({"README": "x"})
    checkout.git("checkout", "-q", "work")
    found = repository(checkout.root)
    assert found.merge_base(found.commit("main")).sha == parted


def test_histories_without_a_common_commit_are_an_error(checkout: Checkout) -> None:
    checkout.commit(ONE)
    checkout.git("checkout", "-q", "--orphan", "other")
    checkout.commit(TWO)
    found = repository(checkout.root)
    with pytest.raises(UsageFault, match="no commit in common"):
        found.merge_base(found.commit("main"))


def test_a_branch_without_a_commit_is_an_error(checkout: Checkout) -> None:
    checkout.commit(ONE)
    checkout.git("checkout", "-q", "--orphan", "other")
    found = repository(checkout.root)
    with pytest.raises(UsageFault, match="no commit on this branch yet"):
        found.merge_base(found.commit("main"))
    assert found.added(checkout.root) == {}


def test_a_repository_without_any_commit_is_an_error(checkout: Checkout) -> None:
    with pytest.raises(UsageFault, match="no such branch, tag or commit"):
        repository(checkout.root).commit("main")


@pytest.mark.parametrize("step", ["commit", "merge base"])
def test_a_shallow_clone_names_the_cure(checkout: Checkout, tmp_path: Path, step: str) -> None:
    checkout.commit(ONE)
    checkout.branch()
    checkout.commit(TWO)
    checkout.commit({"README": "x"})
    checkout.git("checkout", "-q", "main")
    checkout.commit({"LICENSE": "x"})
    clone = checkout.clone(tmp_path / "clone", "--depth=1", "--branch=work", "--single-branch")
    found = repository(clone.root)
    if step == "merge base":
        clone.git("fetch", "-q", "--depth=1", "origin", "main:refs/remotes/origin/main")
    with pytest.raises(UsageFault) as fault:
        found.merge_base(found.commit("main"))
    assert "shallow clone" in fault.value.message
    assert "git fetch --unshallow" in fault.value.remedy
    assert "fetch-depth: 0" in fault.value.remedy
    assert found.added(clone.root / "migrations") == {}


def test_a_merge_commit_without_a_branch_starts_where_main_is(checkout: Checkout, tmp_path: Path) -> None:
    checkout.commit(ONE)
    checkout.branch()
    checkout.commit(TWO)
    checkout.git("checkout", "-q", "main")
    main = checkout.commit({"README": "x"})
    clone = checkout.clone(tmp_path / "clone")
    clone.git("checkout", "-q", "--detach", "origin/main")
    clone.git("merge", "-q", "--no-ff", "--no-edit", "origin/work")
    found = repository(clone.root)
    assert found.merge_base(found.commit("origin/main")).sha == main


def test_what_a_directory_held_is_written_with_links_followed(checkout: Checkout, tmp_path: Path) -> None:
    folder = checkout.root / "db" / "migrations with blank"
    checkout.write({"shared/x.sql": "x\n", "more/y.sql": "y\n"})
    checkout.write({str(folder / f"{name}.sql"): f"{name}\n" for name in ("a", "ü")})
    (folder / "x.sql").symlink_to("../../shared/x.sql")
    (folder / "more").symlink_to("../../more")
    (folder / "loop").symlink_to("../migrations with blank")
    (folder / "lost.sql").symlink_to("nowhere")
    outside = tmp_path / "outside.sql"
    outside.write_text("outside\n")
    (folder / "outside.sql").symlink_to(outside)
    checkout.commit()
    shutil.rmtree(folder)
    (checkout.root / "shared" / "x.sql").write_text("edited")
    assert exported(repository(checkout.root), "main", folder, tmp_path) == {
        "a.sql": "a\n", "ü.sql": "ü\n", "x.sql": "x\n", "more/y.sql": "y\n", "outside.sql": "outside\n",
    }  # fmt: skip


def test_a_directory_that_was_not_there_is_not_written(checkout: Checkout, tmp_path: Path) -> None:
    checkout.commit(ONE)
    assert exported(repository(checkout.root), "main", checkout.root / "other", tmp_path) is None


def test_a_directory_is_found_under_its_former_name(checkout: Checkout, tmp_path: Path) -> None:
    checkout.commit(ONE | TWO | {"other/0001_a.sql": "another\n"})
    checkout.git("mv", "migrations", "database")
    expected = {"0001_a.sql": "SELECT 1;\n", "0002_b.sql": "SELECT 2;\n"}
    assert exported(repository(checkout.root), "main", checkout.root / "database", tmp_path) == expected


def test_the_root_itself_can_be_the_directory(checkout: Checkout, tmp_path: Path) -> None:
    checkout.commit(ONE)
    assert exported(repository(checkout.root), "main", checkout.root, tmp_path) == ONE


def test_a_directory_elsewhere_is_an_error(checkout: Checkout, tmp_path: Path) -> None:
    checkout.commit(ONE)
    with pytest.raises(UsageFault, match="does not lie in the repository"):
        exported(repository(checkout.root), "main", tmp_path, tmp_path)


def test_the_text_of_a_file_is_that_of_the_commit(checkout: Checkout) -> None:
    checkout.commit(ONE)
    checkout.write({"migrations/0001_a.sql": "edited"})
    found, path = repository(checkout.root), checkout.root / "migrations" / "0001_a.sql"
    assert found.text(found.commit("main"), path) == "SELECT 1;\n"
    assert found.text(found.commit("main"), path.with_name("no.sql")) is None


def test_files_have_the_day_on_which_they_came(checkout: Checkout) -> None:
    checkout.commit(ONE, day="2024-01-02")
    checkout.commit({"migrations/0001_a.sql": "edited"} | TWO, day="2024-03-04")
    checkout.write({"migrations/0003_c.sql": ""})
    folder = checkout.root.resolve() / "migrations"
    assert repository(checkout.root).added(checkout.root / "migrations") == {
        folder / "0001_a.sql": date(2024, 1, 2), folder / "0002_b.sql": date(2024, 3, 4),
    }  # fmt: skip


def test_a_worktree_is_read_as_any_other(checkout: Checkout, tmp_path: Path) -> None:
    checkout.commit(ONE)
    checkout.git("worktree", "add", "-q", "-b", "work", str(tmp_path / "tree"))
    found = repository(tmp_path / "tree" / "migrations")
    assert found.root == (tmp_path / "tree").resolve()
    assert exported(found, "main", tmp_path / "tree" / "migrations", tmp_path) == {"0001_a.sql": "SELECT 1;\n"}


def test_a_submodule_has_its_own_commits(checkout: Checkout, tmp_path: Path) -> None:
    inner = Checkout.new(tmp_path / "inner")
    sha = inner.commit(ONE)
    checkout.commit({"README": "x"})
    checkout.git("submodule", "add", "-q", f"file://{inner.root}", "db")
    checkout.commit()
    found = repository(checkout.root / "db" / "migrations")
    assert found.root == (checkout.root / "db").resolve()
    assert found.commit("main").sha == sha
    assert exported(repository(checkout.root), "main", checkout.root, tmp_path) == {"README": "x", ".gitmodules": (
        checkout.root / ".gitmodules").read_text()}


def test_variables_and_configuration_of_the_user_do_no_harm(
    checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha = checkout.commit(ONE)
    other = Checkout.new(tmp_path / "other")
    other.commit(TWO)
    configuration = tmp_path / "gitconfig"
    configuration.write_text(
        "[core]\nquotePath = true\nfsmonitor = /nowhere\npager = false\n[log]\nshowSignature = true\nfollow = true\n"
        "showRoot = false\n"
        "[color]\nui = always\n[diff]\nrenames = false\nexternal = false\n[format]\npretty = raw\n"
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(configuration))
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"):
        monkeypatch.setenv(name, str(other.root / ".git"))
    monkeypatch.setenv("GIT_LITERAL_PATHSPECS", "1")
    monkeypatch.setenv("LANGUAGE", "de")
    found = repository(checkout.root)
    assert found.commit("main").sha == sha
    assert list(found.added(checkout.root)) == [checkout.root.resolve() / "migrations" / "0001_a.sql"]


def test_a_repository_of_somebody_else_is_one_clear_message(checkout: Checkout) -> None:
    checkout.commit(ONE)
    if os.geteuid() == 0:
        os.chown(checkout.root / ".git", 12345, 12345)
        os.chown(checkout.root, 12345, 12345)
    else:
        pytest.skip("only root can give files away")
    with pytest.raises(UsageFault, match="belongs to another user") as fault:
        repository(checkout.root).commit("main")
    assert f"safe.directory '{checkout.root.resolve()}'" in fault.value.remedy


def test_without_git_there_is_one_clear_message(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    checkout.commit(ONE)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(UsageFault, match="git cannot be run"):
        repository(checkout.root).commit("main")
