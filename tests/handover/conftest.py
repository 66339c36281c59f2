"""The consumer is a project of its own: it is run by the tests, not as one of them."""

collect_ignore_glob = ["consumer/*"]
