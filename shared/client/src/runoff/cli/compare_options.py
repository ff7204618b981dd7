"""Options of `runoff compare`: each with an example."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class FailOn(StrEnum):
    """What is a failure, as `runoff.gate` has it."""

    REGRESSION = "regression"
    MAYBE_WORSE = "maybe-worse"
    NOT_EQUIVALENT = "not-equivalent"
    NOT_BETTER = "not-better"


class MissingPolicy(StrEnum):
    """As the server's `missing`."""

    PAIRED_ONLY = "paired_only"
    COUNT_AS_WRONG = "count_as_wrong"
    REFUSE = "refuse"


class AdjustMethod(StrEnum):
    """As the server's `adjust`."""

    HOLM = "holm"
    BENJAMINI_HOCHBERG = "benjamini_hochberg"


Runs = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="RUN",
        help="Ids of completed runs (8 characters will do) or `last`: all contenders of them. "
        "RUN/MODEL or RUN#POSITION: one of them, as 01931b6c/onnx/net or 01931b6c#0.",
        show_default=False,
    ),
]
Last = Annotated[
    int | None,
    typer.Option(
        "--last",
        min=1,
        max=100,
        metavar="N",
        help="Also the N newest completed runs of one dataset. As --last 2.",
        show_default=False,
    ),
]
OfDataset = Annotated[
    str | None,
    typer.Option(
        "--dataset", help="Which dataset --last means. As --dataset photos.", show_default=False
    ),
]
Baseline = Annotated[
    str | None,
    typer.Option(
        "--baseline",
        metavar="RUN[/MODEL]",
        help="Hold the others against this one; a model alone within one run, "
        "a value of --by label:NAME. As --baseline 01931b6c.",
        show_default=False,
    ),
]
Margin = Annotated[
    float | None,
    typer.Option(
        "--margin",
        help="Are they equal within it, is none worse by it? As --margin 0.02: two points.",
        show_default=False,
    ),
]
Metrics = Annotated[
    list[str] | None,
    typer.Option(
        "--metric",
        help="By this scorer; again for each, the verdict's first. As --metric f1.",
        show_default=False,
    ),
]
By = Annotated[
    list[str] | None,
    typer.Option(
        "--by",
        metavar="DIMENSION",
        help="Also by what entries share: section, split, class, metadata.KEY; again for each, "
        "or none. label:NAME or param:NAME: all runs of a value are pooled as one contender. "
        "As --by metadata.camera.",
        show_default=False,
    ),
]
Missing = Annotated[
    MissingPolicy | None,
    typer.Option(
        "--missing",
        metavar="POLICY",
        help="Entries that one did not answer: paired_only (compare what both answered), "
        "count_as_wrong, or refuse. As --missing refuse.",
        show_default=False,
    ),
]
Adjust = Annotated[
    AdjustMethod | None,
    typer.Option(
        "--adjust",
        metavar="METHOD",
        help="P-values of several tests: holm (default) or benjamini_hochberg. "
        "As --adjust benjamini_hochberg.",
        show_default=False,
    ),
]
Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="DIMENSION",
        help="Entries that share it belong together. As --cluster metadata.document.",
        show_default=False,
    ),
]
AsOf = Annotated[
    int | None,
    typer.Option(
        "--as-of",
        metavar="SEQ",
        min=1,
        help="As the event log stood at this sequence. As --as-of 1200.",
        show_default=False,
    ),
]
Partial = Annotated[
    bool,
    typer.Option("--partial", help="Of runs that go on, what is scored by now. As --partial last."),
]
Plan = Annotated[
    str | None,
    typer.Option(
        "--plan",
        metavar="DIGEST",
        help="Hold it against a sealed plan. As --plan sha256:….",
        show_default=False,
    ),
]
Entries = Annotated[
    int,
    typer.Option(
        "--entries",
        min=0,
        max=1000,
        metavar="N",
        help="Also list the N entries whose scores changed most. As --entries 20.",
        show_default=False,
    ),
]
FailsOn = Annotated[
    FailOn | None,
    typer.Option(
        "--fail-on",
        metavar="CHECK",
        help="End with 100 if a contender is shown to be worse than the baseline (regression), "
        "is not shown to be worse by less than --margin at most (maybe-worse), is not shown to "
        "be equal within it (not-equivalent), or is not shown to be better (not-better). "
        "The first is the baseline if none is named. As --fail-on regression.",
        show_default=False,
    ),
]
AsMarkdown = Annotated[
    bool,
    typer.Option("--markdown", help="Print Markdown for a pull request. As --markdown -o pr.md."),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", help="Write it to a file. As -o comparison.md.", show_default=False
    ),
]
