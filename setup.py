"""The package list: checks/ at the top of the repository is shipped as ``pgproof.checks``."""

from setuptools import find_packages, setup

setup(
    packages=[
        *find_packages("src"),
        "pgproof.checks",
        *(f"pgproof.checks.{name}" for name in find_packages("checks")),
    ],
)
