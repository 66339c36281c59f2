"""Texts for regular expressions."""

import re

import pytest

from pgproof.data.patterns import sample, sample_like


@pytest.mark.parametrize(
    "pattern",
    [
        r"^[^@\s]+@[^@\s]+\.[a-z]{2,}$",
        r"^[A-Z]{3}-\d{4}$",
        r"^(a|bc)+x?$",
        r"^\+?[0-9]{7,15}$",
        r"^#[0-9a-fA-F]{6}$",
        r"^(?:v)?\d+\.\d+\.\d+$",
        r"^[\w.-]{0,62}$",
        r"^a{0}b$",
        r"^[]x]+$",
        r"^.{3}$",
    ],
)
def test_samples_match_and_differ(pattern):
    samples = [sample(pattern, n) for n in range(20)]
    assert all(re.fullmatch(pattern, s) for s in samples)
    assert len(set(samples)) > 1 or pattern == r"^a{0}b$"


def test_posix_classes_are_known():
    assert re.fullmatch("[a-z_][a-z0-9]+", sample("^[[:alpha:]_][[:alnum:]]+$", 3))


@pytest.mark.parametrize("pattern", [r"(?=x)y", r"(a)\1", "[a", "(a", "a{x}"])
def test_what_is_not_understood_has_no_sample(pattern):
    assert sample(pattern, 0) is None


def test_like():
    assert sample_like("a%_b", 3) == "apgproof3xb"
    assert sample_like(r"100\%", 3) == "100%"
