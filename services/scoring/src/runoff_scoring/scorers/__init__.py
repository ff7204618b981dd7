"""Scorers by name and version: adding one is a file here and a line in the table."""

from runoff_scoring.scorers import (
    accuracy,
    brier,
    choice,
    class_agreement,
    exact_match,
    f1,
    found_all,
    json_fields,
    json_valid,
    judge,
    judge_pairwise,
    log_loss,
    normalised_distance,
    normalised_match,
    numeric,
    pixel_distance,
    precision,
    recall,
    regex,
    similarity,
    token_f1,
    top_k,
    within,
)
from runoff_scoring.scorers.scorer import ReadyScorer, Scored, Scorer

SCORERS = {
    (each.name, each.version): each
    for each in (
        accuracy.SCORER,
        normalised_match.SCORER,
        exact_match.SCORER,
        token_f1.SCORER,
        choice.SCORER,
        numeric.SCORER,
        regex.SCORER,
        json_valid.SCORER,
        json_fields.SCORER,
        similarity.SCORER,
        judge.SCORER,
        judge_pairwise.SCORER,
        log_loss.SCORER,
        brier.SCORER,
        top_k.SCORER,
        found_all.SCORER,
        precision.SCORER,
        recall.SCORER,
        f1.SCORER,
        class_agreement.SCORER,
        within.SCORER,
        pixel_distance.SCORER,
        normalised_distance.SCORER,
    )
}

__all__ = ["SCORERS", "ReadyScorer", "Scored", "Scorer"]
