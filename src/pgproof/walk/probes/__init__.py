"""The probes: experiments on a step."""
