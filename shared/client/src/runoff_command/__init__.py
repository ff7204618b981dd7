"""Where the `runoff` command begins: a package of its own, so that nothing is loaded before it.

Loading what the command needs takes part of a second. Ctrl-C in it ends the process as it ends
any other program, without a traceback; from then on the command deals with it by itself.
"""

import signal


def main() -> None:
    """Load the command and run it."""
    meanwhile = signal.signal(signal.SIGINT, signal.SIG_DFL)
    from runoff.cli import main as command  # loaded under the handler above

    signal.signal(signal.SIGINT, meanwhile)
    command()
