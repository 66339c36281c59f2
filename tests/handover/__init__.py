"""Migrated databases in the tests of others."""
