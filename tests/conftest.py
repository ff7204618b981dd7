"""Every test can ask for the fixtures of the testkit: real servers, databases of its own."""

import signal

pytest_plugins = ["runoff_testkit.plugin"]


def pytest_configure() -> None:
    """Let Ctrl-C be tried in a run that was started in the background.

    A shell starts such a run with SIGINT ignored, which every child would inherit.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
