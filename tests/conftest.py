"""Every test can ask for the fixtures of the testkit: real servers, databases of its own."""

pytest_plugins = ["runoff_testkit.plugin"]
