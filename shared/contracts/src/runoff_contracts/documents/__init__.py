"""Documents for subscribers, generated from the contracts: `docs/events.md`, `docs/asyncapi.json`.

`python -m runoff_contracts.documents` writes them, with `--check` it says whether they are up to
date. Only `__main__` reads and writes files.
"""
