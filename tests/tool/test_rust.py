"""What is read of Rust without a compiler."""

from __future__ import annotations

from pgproof.tool import rust

WHOLE = """
// impl MigrationTrait for Comment { fn down() {} }
/* fn migrations() -> Vec { vec![Box::new(none::Migration)] } */
impl MigrationName for Named { fn name(&self) -> &str { "m0001_named" } }
impl MigrationTrait for Named {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> { run(r#"fn down() { "}" "#, '}', "\\"}") }
}
impl sea_orm_migration::MigrationTrait for Undone {
    async fn up<'a>(&'a self) { }
    async fn down(&self) -> Result<(), DbErr> {
        // nothing
        Ok(())
    }
}
"""


def test_migrations_are_found_beside_comments_and_texts():
    first, second = rust.declared(rust.parse(WHOLE))

    assert (first.struct, first.name, first.down) == ("Named", "m0001_named", None)
    assert (second.struct, second.name, second.is_down_empty) == ("Undone", "", True)


def test_texts_are_kept_with_their_place():
    source = rust.parse('let a = "SELECT \\\n     1";\nlet b = r"x\\n";')

    assert [one.text for one in source.literals] == ["SELECT 1", "x\\n"]
    assert source.line_at(source.literals[1].start) == 3
    assert "SELECT" not in source.plain
    assert len(source.plain) == len(source.text)


def test_the_order_is_that_of_the_vec():
    source = rust.parse("fn migrations() -> Vec<X> { vec![Box::new(b::Migration), Box::new(crate::a::Migration {})] }")

    assert rust.order(source) == (("b", "Migration"), ("crate", "a", "Migration"))
    assert rust.order(rust.parse("fn other() { Box::new(a::Migration) }")) == ()


def test_a_down_with_todo_is_not_empty():
    (one,) = rust.declared(rust.parse("impl MigrationTrait for M { async fn down(&self) -> R { todo!() } }"))

    assert one.down is not None
    assert not one.is_down_empty
