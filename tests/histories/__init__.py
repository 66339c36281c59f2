"""Histories that tests are run on."""
