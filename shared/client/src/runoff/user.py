"""Who is at work here, as far as the operating system knows."""

import getpass


def user_name() -> str:
    """The name of the account; empty where it has none. It is a word for people, not a proof."""
    try:
        return getpass.getuser()[:200]
    except (OSError, KeyError, ImportError):
        return ""
