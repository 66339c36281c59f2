"""What a CHECK's text betrays."""

from decimal import Decimal

from pgproof.data.constants import constants, near_numbers, near_times, of_lengths


def test_literals_are_told_apart():
    found = constants(
        [
            "((status)::text = ANY ((ARRAY['a'::character varying, 'b''c'::character varying])::text[]))",
            "(x > '-5'::integer) AND (y < 10.5) AND (e ~* '^a'::text) AND (f ~~ 'x%'::text) AND char_length(z1) = 3",
            "k = ANY ('{red,\"dark blue\"}'::text[])",
        ]
    )
    assert found.texts == ("a", "b'c", "-5", '{red,"dark blue"}', "red", "dark blue")
    assert found.numbers == (Decimal("10.5"), Decimal(3), Decimal(-5))
    assert found.patterns == ("^a",)
    assert found.likes == ("x%",)


def test_an_escaped_literal_is_read():
    assert constants([r"x ~ E'^\\d$'"]).patterns == (r"^\d$",)


def test_numbers_at_between_and_beyond():
    near = set(near_numbers((Decimal(10), Decimal(20)), 5))
    assert {"9", "10", "11", "15", "19", "20", "21", "24"} <= near


def test_days_after_a_date():
    assert {"2024-02-28", "2024-02-29", "2024-03-01"} <= set(near_times(("2024-02-29", "no date"), 3))


def test_texts_of_a_length():
    assert {len(t) for t in of_lengths((Decimal(5),), range(3))} == {4, 5, 6}
