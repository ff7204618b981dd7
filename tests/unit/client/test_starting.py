"""What a person sees who changes their mind while the command loads."""

import signal
import subprocess
import sys


def test_ctrl_c_while_the_command_loads_ends_it_without_a_traceback() -> None:
    """Loading takes part of a second, in which somebody who mistyped presses Ctrl-C."""
    started = subprocess.Popen(
        [sys.executable, "-X", "importtime", "-c", "import runoff_command; runoff_command.main()"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert started.stderr is not None
    for line in started.stderr:  # one a module, as soon as it is loaded
        if "runoff_contracts" in line:
            started.send_signal(signal.SIGINT)
            break
    rest = started.stderr.read()
    assert started.wait() == -signal.SIGINT
    assert "Traceback" not in rest
