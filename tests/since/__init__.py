"""Judged from a base: old histories with new migrations."""
