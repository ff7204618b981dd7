"""The entries of the demo for text: short questions with one right answer each, made by code."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from pydantic import JsonValue

_SUMS = [(17, 4, 6), (8, 9, 7), (120, 15, 3), (31, 12, 12), (250, 40, 25), (6, 7, 8)]
_DIFFERENCES = [(1000, 73), (52, 81), (40, 40), (10_000, 1), (305, 306)]
_PRODUCTS = [(12, 12), (25, 40), (99, 101), (7, 0), (125, 8)]
CAPITALS = {
    "Australia": ["Canberra"],
    "Brazil": ["Brasília", "Brasilia"],
    "Canada": ["Ottawa"],
    "Egypt": ["Cairo"],
    "France": ["Paris"],
    "Ghana": ["Accra"],
    "India": ["New Delhi"],
    "Italy": ["Rome", "Roma"],
    "Japan": ["Tokyo"],
    "Kazakhstan": ["Astana"],
    "Morocco": ["Rabat"],
    "New Zealand": ["Wellington"],
    "Norway": ["Oslo"],
    "Peru": ["Lima"],
    "Portugal": ["Lisbon", "Lisboa"],
    "Switzerland": ["Bern", "Berne"],
    "Tanzania": ["Dodoma"],
    "Turkey": ["Ankara"],
    "Vietnam": ["Hanoi", "Ha Noi"],
}
_CONVERSIONS = [
    (5, "kilometres", "metres", Fraction(1000)),
    (12, "inches", "centimetres", Fraction(254, 100)),
    (3, "inches", "centimetres", Fraction(254, 100)),
    (10, "miles", "kilometres", Fraction(1_609_344, 1_000_000)),
    (100, "miles", "kilometres", Fraction(1_609_344, 1_000_000)),
    (6, "feet", "centimetres", Fraction(3048, 100)),
    (50, "feet", "metres", Fraction(3048, 10_000)),
    (2, "hours", "seconds", Fraction(3600)),
    (3, "days", "minutes", Fraction(1440)),
    (4, "weeks", "hours", Fraction(168)),
    (250, "grams", "kilograms", Fraction(1, 1000)),
    (7, "litres", "millilitres", Fraction(1000)),
    (45, "minutes", "hours", Fraction(1, 60)),
    (90, "degrees of arc", "arc minutes", Fraction(60)),
]
_SENTENCES = [
    "The river runs to the sea",
    "Well-known songs are often short",
    "She counted  every  apple twice",
    "No",
    "Seven brown foxes, eight lazy dogs",
    "Every Evening Ends Early",
    "An old clock ticks - and stops",
    "Rain again",
]
_SEQUENCES = [
    ((2, 4, 6, 8), 10),
    ((5, 10, 15, 20), 25),
    ((100, 93, 86, 79), 72),
    ((1, 2, 4, 8), 16),
    ((3, 9, 27, 81), 243),
    ((1, 4, 9, 16), 25),
    ((2, 5, 10, 17), 26),
    ((1, 1, 2, 3, 5, 8), 13),
    ((64, 32, 16, 8), 4),
    ((7, 7, 7, 7), 7),
    ((2, 3, 5, 7, 11), 13),
    ((-9, -6, -3, 0), 3),
]


@dataclass(frozen=True)
class Question:
    """One row of the manifest."""

    section: str
    text: str
    target: JsonValue
    """A text, a number, or several acceptable texts."""


def questions() -> Iterator[Question]:
    """All questions, section by section, the same ones each time."""
    for a, b, c in _SUMS:
        yield Question("arithmetic", f"What is {a} + {b} * {c}?", a + b * c)
    for a, b in _DIFFERENCES:
        yield Question("arithmetic", f"What is {a} - {b}?", a - b)
    for a, b in _PRODUCTS:
        yield Question("arithmetic", f"What is {a} * {b}?", a * b)
    for country, names in CAPITALS.items():
        target: JsonValue = [*names] if len(names) > 1 else names[0]
        yield Question("capitals", f"What is the capital of {country}?", target)
    for amount, unit, other, factor in _CONVERSIONS:
        yield Question("units", f"How many {other} are {amount} {unit}?", _number(amount * factor))
    for sentence in _SENTENCES:
        n_words = sum(any(each.isalpha() for each in word) for word in sentence.split())
        yield Question("words", f"How many words are in “{sentence}”?", n_words)
        n_letters = sentence.lower().count("e")
        yield Question("words", f"How often is the letter e in “{sentence}”?", n_letters)
    for shown, following in _SEQUENCES:
        listed = ", ".join(map(str, shown))
        yield Question("sequences", f"Which number comes next: {listed}?", following)


def write_questions(folder: Path) -> Path:
    """Write `questions.jsonl`, the same bytes each time, and say where it is.

    Each row holds id (`question-000` and so on), text, target and section.

    Raises:
        OSError: The folder cannot be made or written.
    """
    rows: list[Mapping[str, object]] = [
        {
            "id": f"question-{number:03d}",
            "text": question.text,
            "target": question.target,
            "section": question.section,
        }
        for number, question in enumerate(questions())
    ]
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "questions.jsonl"
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    file.write_bytes(lines.encode())
    return file


def _number(value: Fraction) -> int | float:
    return value.numerator if value.denominator == 1 else float(value)
