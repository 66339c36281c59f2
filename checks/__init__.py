"""The verification items of the runbook, one module per item; shipped as ``pgproof.checks``."""
