"""What pytest takes from the topmost conftest.py alone; the fixtures of our own tests are in tests/conftest.py.

`pytest checks` needs nothing from here: server, evidence and parametrisation come with the plugin pgproof.testing.
"""

pytest_plugins = ("pytester",)
