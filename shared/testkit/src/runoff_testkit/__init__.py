"""Real servers and factories for the tests of Runoff.

`pytest_plugins = ["runoff_testkit.plugin"]` in the outermost conftest brings the fixtures.
"""
