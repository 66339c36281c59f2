"""What belongs to the down of a migration in Rust, wherever it stands in the file."""

from __future__ import annotations

import pytest

from pgproof.tool import rust, rust_downs

IMPL = """impl MigrationTrait for Migration {{
    async fn up(&self, m: &SchemaManager) -> R {{ {up} }}
    async fn down(&self, m: &SchemaManager) -> R {{ {down} }}
}}
"""


def parts(before: str, up: str, down: str) -> tuple[str, str]:
    """Return the text of what nothing but the down needs, and of all that it needs, without the down itself."""
    source = rust.parse(before + IMPL.format(up=up, down=down))
    found = rust_downs.of(source)
    alone, whole = ("".join(source.text[a:b] for a, b in spans) for spans in (found.alone, found.whole))
    own = source.text[source.text.index("async fn down") :].rpartition("\n}")[0]
    assert alone.endswith(own)
    assert whole.endswith(own)
    return alone.removesuffix(own), whole.removesuffix(own)


CONSTANT = 'const DOWN: &str = "DROP TABLE a; DROP TABLE b";'
LIST = 'static DOWN: [&str; 2] = ["DROP TABLE a", "DROP TABLE b"];'
FUNCTION = 'async fn undo(m: &M) -> R { m.run("DROP TABLE a").await }'


@pytest.mark.parametrize(
    ("before", "up", "down", "alone", "whole"),
    [
        ("", 'run("CREATE")', 'run("DROP")', "", ""),
        (CONSTANT, "run(UP)", "run(DOWN)", CONSTANT, CONSTANT),
        (f"// DOWN\n{CONSTANT}", 'run("DOWN")', "run(DOWN)", CONSTANT, CONSTANT),
        (LIST, "run(UP)", "for one in DOWN { run(one) }", LIST, LIST),
        (CONSTANT, "run(DOWN); run(UP)", "run(DOWN)", "", CONSTANT),
        (CONSTANT, "run(DOWN)", "Ok(())", "", ""),
        (CONSTANT, "run(UP)", "Ok(())", "", ""),
        (FUNCTION, "run(UP)", "undo(m)", FUNCTION, FUNCTION),
        (FUNCTION, "undo(m); run(UP)", "undo(m)", "", FUNCTION),
        (CONSTANT + FUNCTION.replace('"DROP TABLE a"', "DOWN"), "run(UP)", "undo(m)",
         CONSTANT + FUNCTION.replace('"DROP TABLE a"', "DOWN"), CONSTANT + FUNCTION.replace('"DROP TABLE a"', "DOWN")),
        ("", "self.down(m); run(UP)", "self.up(m)", "", ""),
        (CONSTANT, "run(UP)", 'const SQL: &str = "x"; run(SQL); run(DOWN)', CONSTANT, CONSTANT),
        (f"lazy_static! {{ {CONSTANT.replace('const', 'static ref')} }}", "run(UP)", "run(DOWN)",
         CONSTANT.replace("const", "static ref"), CONSTANT.replace("const", "static ref")),
        ("trait T { const DOWN: &'static str; }", "let one = 1; run(UP)", "run(DOWN)", "", ""),
        (CONSTANT.replace("DOWN:", "DOWNS:"), "run(UP)", "run(DOWN)", "", ""),
    ],
)  # fmt: skip
def test_what_the_down_needs(before, up, down, alone, whole):
    assert parts(before, up, down) == (alone, whole)


def test_what_only_looks_like_a_constant_takes_nothing_away_from_the_up():
    generic = "fn f<I, const N: usize>(a: [u8; N]) where I: Iterator<Item = u8> { run(1); }\n"
    first, second = IMPL.format(up="run(1)", down="f::<_, N>()"), IMPL.format(up="run(UP)", down="Ok(())")
    source = rust.parse(first + generic + second)

    assert "run(UP)" not in "".join(source.text[a:b] for a, b in rust_downs.of(source).alone)


def test_a_file_without_a_down_has_no_part_of_it():
    source = rust.parse(f"{CONSTANT}\nimpl MigrationTrait for M {{ async fn up() {{ run(DOWN) }} }}")

    assert rust_downs.of(source) == rust_downs.Downs((), ())
