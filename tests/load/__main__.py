"""`make bench`: every measurement as one JSON line; `make bench ARGS=images` runs some."""

import sys

from tests.load import (
    calibration,
    compared_entries,
    comparison,
    decode_once,
    evaluate,
    images,
    latency,
    listing,
    llm,
    pages,
    postprocess,
    reading,
    rebuild,
    rescore,
)

BENCHES = {
    "evaluate": evaluate.main,
    "latency": latency.main,
    "images": images.main,
    "rebuild": rebuild.main,
    "reading": reading.main,
    "listing": listing.main,
    "compared_entries": compared_entries.main,
    "rescore": rescore.main,
    "postprocess": postprocess.main,
    "llm": llm.main,
    "decode_once": decode_once.main,
    "calibration": calibration.main,
    "comparison": comparison.main,
    "pages": pages.main,
}


def main(names: list[str]) -> int:
    """Run the benches of these names, or all."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"no bench {', '.join(unknown)}; there are {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    for name in names or list(BENCHES):
        BENCHES[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
