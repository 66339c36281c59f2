"""Rows: made so that every constraint holds, and compared so that no loss goes unseen."""
