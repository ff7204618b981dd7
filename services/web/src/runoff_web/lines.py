"""Fields of forms in which each line says one thing."""


def lines_of(text: str) -> list[str]:
    """Lines that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def pairs_of(text: str) -> dict[str, str]:
    """`name: value` on each line."""
    pairs = (line.partition(":") for line in lines_of(text))
    return {name.strip(): value.strip() for name, _, value in pairs}
