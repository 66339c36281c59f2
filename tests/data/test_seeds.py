"""Seed files are the team's own rows."""

import pytest

from pgproof.data.seeds import read_seeds, run_seed
from pgproof.errors import UsageFault


@pytest.fixture
def seed(tmp_path):
    """Write a seed file."""

    def write(name, text=""):
        path = tmp_path / f"{name}.sql"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_seeds_are_found_by_version_in_the_order_of_the_history(seed, tmp_path):
    paths = [seed("0010_b"), seed("0002_a"), seed("1/ü x")]
    (tmp_path / "README.md").write_text("no seed")
    assert list(read_seeds(tmp_path, ["0002_a", "0010_b", "0011_c", "1/ü x"]).items()) == [
        ("0002_a", paths[1]),
        ("0010_b", paths[0]),
        ("1/ü x", paths[2]),
    ]


def test_without_a_folder_there_are_no_seeds(tmp_path):
    assert read_seeds(tmp_path / "seed", ["1"]) == {}


def test_a_name_that_matches_no_version_is_a_fault_with_the_closest(seed, tmp_path):
    seed("0002_add_user")
    with pytest.raises(UsageFault, match=r"0002_add_user[\s\S]*Did you mean 0002_add_users\.sql"):
        read_seeds(tmp_path, ["0001_start", "0002_add_users"])


def test_a_seed_runs_whole(seed, connection):
    path = seed("1", "CREATE TABLE t (a text);\nINSERT INTO t VALUES ('100%; %s :x');\nSELECT 1")
    assert run_seed(connection, path) == 3
    assert connection.execute("SELECT a FROM t").fetchall() == [("100%; %s :x",)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("INSERT INTO t VALUES (1);\n\n-- é\nINSERT INTO t VALUES (1);", r"line 4: duplicate key.*23505"),
        ("INSERT INTO t VALUES (1);\nINSERT INTO t\nVALUES (nope);", r"line 3: column.*42703"),
        ("INSERT INTO t VALUES (1);\nINSERT INTO u VALUES (7);", r"line 2: insert or update on table.*23503"),
        ("INSERT INTO t VALUES (1);\nselct;", r"line 2: syntax error.*42601"),
        ("INSERT INTO t VALUES (1);\nCOMMIT;", r"begins or ends a transaction in line 2"),
        ("INSERT INTO t VALUES (1);\nCOPY t FROM stdin;", r"copies from standard input in line 2"),
    ],
)
def test_a_seed_that_fails_names_its_line_and_leaves_nothing(seed, connection, text, said):
    connection.execute("CREATE TABLE t (id int PRIMARY KEY)")
    connection.execute("CREATE TABLE u (t int REFERENCES t DEFERRABLE INITIALLY DEFERRED)")
    with pytest.raises(UsageFault, match=r"1\.sql.*" + said):
        run_seed(connection, seed("1", text))
    assert connection.execute("SELECT count(*) FROM t").fetchone() == (0,)


def test_a_savepoint_may_stand_in_a_seed(seed, connection):
    text = "CREATE TABLE t (); SAVEPOINT s; INSERT INTO t DEFAULT VALUES; ROLLBACK TO s"
    assert run_seed(connection, seed("1", text)) == 4
    assert connection.execute("SELECT count(*) FROM t").fetchone() == (0,)


def test_a_file_that_is_not_utf8_is_a_fault(tmp_path, connection):
    path = tmp_path / "1.sql"
    path.write_bytes(b"SELECT '\xff'")
    with pytest.raises(UsageFault, match="UTF-8"):
        run_seed(connection, path)
