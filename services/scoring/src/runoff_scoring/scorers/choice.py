"""Choice: 1 where the answer picks the choice that is the target.

The choices are the run's (`choices`), else those of the entry's metadata (`choices`, a list of
texts). With choices, target and answer may be the letter of one or its text. Without, both have to
be letters or numbers. `runoff_scoring.text.choices` says how an answer is read; one that picks
none, or several, is wrong.
"""

from string import ascii_uppercase

from runoff_contracts.answers import Target
from runoff_contracts.events.entry import Prediction
from runoff_contracts.scorers import KNOWN_SCORERS, ChoiceParams
from runoff_scoring.scorers.scorer import Metadata, Scorer
from runoff_scoring.scorers.targets import OBJECT, texts
from runoff_scoring.text.choices import picked_choice, picked_label
from runoff_scoring.text.words import normalised


def score(prediction: Prediction, target: Target, params: ChoiceParams) -> float | str:
    """1.0 or 0.0; in words why not where the target is none of the choices."""
    if isinstance(target, dict):
        return OBJECT
    answer = prediction.text or ""
    wanted = [each.strip() for each in texts(target)]
    if params.choices is None:
        labels = {each.upper() for each in wanted if _is_label(each)}
        if not labels:
            return "no choices are known, and the target is neither a letter nor a number"
        return float(any(picked_label(answer, like=each) == each for each in labels))
    places = {_place(each, params.choices) for each in wanted} - {None}
    if not places:
        return "the target is none of the choices"
    return float(picked_choice(answer, params.choices) in places)


def _is_label(text: str) -> bool:
    is_letter = len(text) == 1 and text.upper() in ascii_uppercase
    return is_letter or (len(text) <= 3 and text.isascii() and text.isdigit())


def _place(target: str, choices: list[str]) -> int | None:
    said = normalised(target)
    for place, choice in enumerate(choices):
        if normalised(choice) == said:
            return place
    letter = target.strip("()[]. ").upper()
    place = ascii_uppercase.find(letter) if len(letter) == 1 else -1
    return place if 0 <= place < len(choices) else None


def of_entry(params: ChoiceParams, metadata: Metadata) -> ChoiceParams:
    """The entry's own choices where the run gives none."""
    said = metadata.get("choices")
    if params.choices is not None or not isinstance(said, list):
        return params
    choices = [str(each) for each in said if isinstance(each, str | int | float)]
    if len(choices) < 2 or len(choices) != len(said):
        return params
    return params.model_copy(update={"choices": choices})


SCORER = Scorer(KNOWN_SCORERS["choice"], score, of_entry=of_entry)
