"""Referenced tables come first."""

from itertools import pairwise

from pgproof.data.order import layers


def test_referenced_tables_come_first_and_circles_together():
    edges = {"a": ["b"], "b": ["c"], "c": ["b", "d"], "e": ["e", "elsewhere"]}
    found = layers(["a", "b", "c", "d", "e"], edges)
    assert sorted(found) == [("a",), ("b", "c"), ("d",), ("e",)]
    assert found.index(("d",)) < found.index(("b", "c")) < found.index(("a",))


def test_a_chain_of_thousands_is_no_recursion():
    names = [f"t{n}" for n in range(5000)]
    edges = {name: [other] for name, other in pairwise(names)}
    assert layers(names, edges)[0] == ("t4999",)
