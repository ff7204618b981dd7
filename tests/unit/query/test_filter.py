"""The filter language of the list of runs."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runoff_query.api.finding.conditions import Parameters, condition_sql
from runoff_query.api.finding.fields import (
    ATTRIBUTES,
    COMPARISONS,
    Condition,
    Every,
    Field,
    Not,
    Operator,
    Some,
    Term,
    Value,
)
from runoff_query.api.finding.parse import (
    MAX_DEPTH,
    MAX_LISTED,
    MAX_TERMS,
    OrderKey,
    parse_filter,
    parse_order,
)
from runoff_query.api.problems import ProblemRaised

RUN = "0193a5c2-0000-7000-8000-000000000000"


def metric(name: str, operator: Operator, value: Value = None) -> Term:
    return Term(Field("metric", name), operator, value)


def param(name: str, operator: Operator, value: Value = None) -> Term:
    return Term(Field("param", name), operator, value)


def tag(name: str, operator: Operator, value: Value = None) -> Term:
    return Term(Field("tag", name), operator, value)


def attribute(name: str, operator: Operator, value: Value = None) -> Term:
    return Term(Field("attribute", name), operator, value)


def refusal(text: str) -> str:
    """What is told of a filter that is wrong."""
    with pytest.raises(ProblemRaised) as refused:
        parse_filter(text)
    told = refused.value.problem
    assert (told.status, told.type) == (422, "urn:runoff:problem:bad-filter")
    assert told.errors[0].field == "filter"
    return told.errors[0].message


def test_terms_are_joined_as_in_mlflow() -> None:
    """The example of its users, and ours."""
    found = parse_filter(
        "metrics.accuracy > 0.9 and params.lr = '0.001' AND tags.team = \"vision\""
    )

    assert found == Every(
        (metric("accuracy", ">", 0.9), param("lr", "=", "0.001"), tag("team", "=", "vision"))
    )


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("metrics.n_failed=0", metric("n_failed", "=", 0.0)),
        ("metric.accuracy <= 1e-3", metric("accuracy", "<=", 1e-3)),
        ("metrics.`my metric` < -.5", metric("my metric", "<", -0.5)),
        ("metrics.'grading:tone' >= 3.", metric("grading:tone", ">=", 3.0)),
        ('metrics."a b" != +7', metric("a b", "!=", 7.0)),
        ("metrics.f1.macro in (1, 2)", metric("f1.macro", "in", (1.0, 2.0))),
        ("metrics.cost_usd IS NULL", metric("cost_usd", "is null")),
        ("metrics.cost_usd is not null", metric("cost_usd", "is not null")),
        ("params.lr > 0.001", param("lr", ">", 0.001)),
        ("parameters.flag = true", param("flag", "=", "true")),
        ("params.model LIKE 'net%'", param("model", "like", "net%")),
        ("params.seed NOT IN (1, 2)", param("seed", "not in", (1.0, 2.0))),
        ("labels.team ilike '%VIS%'", tag("team", "ilike", "%VIS%")),
        ("tag.team in ('a', 'it''s')", tag("team", "in", ("a", "it's"))),
        ("tags.and = 'or'", tag("and", "=", "or")),
        ("status = 'completed'", attribute("status", "=", "completed")),
        ("attr.kind IN ('retry', 'rescore')", attribute("kind", "in", ("retry", "rescore"))),
        ("attributes.duration_s > 60", attribute("duration_s", ">", 60.0)),
        (f"run_id = '{RUN}'", attribute("run_id", "=", UUID(RUN))),
        ("model LIKE 'onnx/%'", attribute("model", "like", "onnx/%")),
        (
            "created_at >= '2026-11-21'",
            attribute("created_at", ">=", datetime(2026, 11, 21, tzinfo=UTC)),
        ),
        (
            "started_at < '2026-11-21T12:00:00+02:00'",
            attribute("started_at", "<", datetime(2026, 11, 21, 10, tzinfo=UTC)),
        ),
    ],
)
def test_a_term_is_read(text: str, term: Term) -> None:
    """Every sort of value, every operator, every way to write a name."""
    assert parse_filter(text) == Every((term,))


def test_and_binds_more_than_or_and_not_more_than_both() -> None:
    """As in SQL."""
    a, b, c = (tag(name, "=", "x") for name in "abc")

    assert parse_filter("tags.a='x' or tags.b='x' and not tags.c='x'") == Every(
        (Some((a, Every((b, Not(c))))),)
    )
    assert parse_filter("(tags.a='x' or tags.b='x') and tags.c='x'") == Every((Some((a, b)), c))
    assert parse_filter("not (tags.a='x' and tags.b='x')") == Every((Not(Every((a, b))),))


def test_an_empty_filter_always_holds() -> None:
    """It is the same as none."""
    assert parse_filter("") == parse_filter("  \n ") == Every(())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("metrics.accuracy >", "at character 19: expected a number, found the end"),
        ("metrics.accuracy > 'high'", "at character 20: expected a number, without quotes"),
        ("metrics.accuracy like 'x'", "at character 18: expected one of =, !=, >"),
        ("metrics.accuracy == 1", "expected a number, found '= 1'"),
        ("metrics.accuracy > 1e999", "at character 20: expected a number below 1.8e308"),
        ("metrics.accuracy > NaN", "at character 20: expected a number, found 'NaN'"),
        ("metrics.accuracy > 0.5x", "at character 20: expected a number"),
        ("metrics.accuracy > 0.5 0.6", "at character 24: expected `and`, `or`, or the end"),
        ("metrics.accuracy > 0.5 and", "at character 27: expected metrics.<name>"),
        ("accuracy > 1", "did you mean metrics.accuracy?"),
        ("metricks.accuracy > 1", "did you mean metrics.accuracy?"),
        ("attributes.statsu = 'x'", "did you mean status?"),
        ("attributes.run_name = 'x'", "did you mean alias?"),
        ("start_time > 3", "did you mean started_at?"),
        ("status = completed", "at character 10: expected a text in quotes"),
        ("status = 'FINISHED'", "did you mean 'completed'?"),
        ("status > 'a'", "at character 8: expected one of =, !=, IN, NOT IN, IS NULL"),
        ("status = 'complete'", "'canceled' (did you mean 'completed'?), found \"'complete'\""),
        ("created_at > 'yesterday'", "a time in quotes, as '2026-11-21'"),
        ("created_at > '0001-01-01T00:00:00+23:00'", "a time in quotes"),
        ("created_at > 1664067852747", "a time in quotes"),
        ("run_id = '0193'", "a whole run id"),
        ("params.lr > '0.1'", "at character 13: expected a number, without quotes"),
        ("params.lr in (1, 'a')", "at character 18: expected values of one sort"),
        ("params.lr in ()", "expected a text in quotes, a number, true or false"),
        ("params.lr in (1", "a comma or a closing parenthesis"),
        ("tags.a is empty", "at character 11: expected NULL or NOT NULL"),
        ("tags.a not like 'x'", "takes its `not` before it"),
        ("tags.a like 'x\\'", "a pattern that ends in no single"),
        ("tags.a like '" + "%a" * 11 + "'", "at most 10 %"),
        ("tags.a like '" + "a" * 201 + "'", "at most 200 characters"),
        ("tags.a = 'x", "at character 10: expected a text in quotes"),
        ("tags.'' = 'x'", "a name that is not empty"),
        ("tags." + "a" * 201 + " = 'x'", "a name of at most 200 characters"),
        ("(tags.a = 'x'", "at character 14: expected `and`, `or`, or a closing parenthesis"),
        ("tags.a = 'x')", "at character 13: expected `and`, `or`, or the end"),
        ("tags.a = 'x\x00'", "at character 12: expected no U+0000"),
        ("'; DROP TABLE runs", "at character 1: expected metrics.<name>"),
        ("tags.a = 'x' -- and", "at character 14: expected `and`"),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_what_would_be_right(text: str, says: str) -> None:
    """So that a person sees the slip without reading a manual."""
    assert says in refusal(text)


def test_a_filter_is_a_question_and_no_program() -> None:
    """However deep, long or wide it is: refused before it costs anything."""
    term = "tags.a = 'x'"
    listed = ", ".join("'a'" for _ in range(MAX_LISTED + 1))

    assert f"{MAX_TERMS} terms are the most" in refusal(" and ".join([term] * (MAX_TERMS + 1)))
    assert f"{MAX_DEPTH} levels" in refusal("(" * 3000 + term + ")" * 3000)
    assert f"{MAX_DEPTH} levels" in refusal("not " * 2000 + term)
    assert "10000 characters" in refusal("(" * 10_000 + ")" * 10_000)
    assert f"{MAX_LISTED} values" in refusal(f"tags.a in ({listed})")
    parse_filter("(" * MAX_DEPTH + term + ")" * MAX_DEPTH)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("", []),
        ("metrics.accuracy desc", [OrderKey(Field("metric", "accuracy"), True)]),
        (
            "tags.team, params.`my lr` DESC,created_at ASC",
            [
                OrderKey(Field("tag", "team"), False),
                OrderKey(Field("param", "my lr"), True),
                OrderKey(Field("attribute", "created_at"), False),
            ],
        ),
    ],
)
def test_an_order_has_keys_with_directions(text: str, keys: list[OrderKey]) -> None:
    """Ascending where nothing is said, as in SQL and MLflow."""
    assert parse_order(text) == keys


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("metrics.accuracy down", "at character 18: expected asc, desc, a comma, or the end"),
        ("accuracy", "did you mean metrics.accuracy?"),
        ("alias, alias desc", "at character 8: expected each key once"),
        ("alias, kind, task, status, model", "4 keys are the most"),
    ],
)
def test_a_wrong_order_is_told_with_its_place(text: str, says: str) -> None:
    """By the name of its parameter."""
    with pytest.raises(ProblemRaised) as refused:
        parse_order(text)

    told = refused.value.problem
    assert (told.type, told.errors[0].field) == ("urn:runoff:problem:bad-order-by", "order_by")
    assert says in told.errors[0].message


NAMES = st.from_regex(r"[A-Za-z_][\w.]{0,10}", fullmatch=True) | st.text(
    st.characters(blacklist_characters="`\x00", blacklist_categories=["Cs"]),
    min_size=1,
    max_size=10,
)
TEXTS = st.text(st.characters(blacklist_characters="\x00", blacklist_categories=["Cs"]), max_size=9)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
TERMS: st.SearchStrategy[Condition] = st.one_of(
    st.builds(metric, NAMES, st.sampled_from(COMPARISONS), NUMBERS),
    st.builds(param, NAMES, st.sampled_from(COMPARISONS), NUMBERS),
    st.builds(param, NAMES, st.sampled_from(("=", "!=")), TEXTS),
    st.builds(tag, NAMES, st.sampled_from(("=", "!=")), TEXTS),
    st.builds(tag, NAMES, st.just("in"), st.lists(TEXTS, min_size=1, max_size=3).map(tuple)),
    st.builds(tag, NAMES, st.sampled_from(("is null", "is not null"))),
    st.builds(attribute, st.just("alias"), st.sampled_from(("=", "!=")), TEXTS),
    st.builds(attribute, st.just("n_entries"), st.sampled_from(COMPARISONS), NUMBERS),
)


def joined(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(parts, min_size=2, max_size=3).map(tuple)
    return st.builds(Not, parts) | st.builds(Some, several) | st.builds(Every, several)


CONDITIONS = st.recursive(TERMS, joined, max_leaves=8)


def written(condition: Condition) -> str:
    """A condition in the filter language."""
    match condition:
        case Not():
            return f"not ({written(condition.part)})"
        case Every() | Some():
            word = " and " if isinstance(condition, Every) else " or "
            return word.join(f"({written(part)})" for part in condition.parts)
        case Term():
            space = {"metric": "metrics", "param": "params", "tag": "tags"}.get(
                condition.field.space
            )
            name = f"{space}.`{condition.field.name}`" if space else condition.field.name
            return f"{name} {condition.operator} {literal(condition.value)}"
    raise TypeError(condition)


def literal(value: Value) -> str:
    match value:
        case tuple():
            return f"({', '.join(map(literal, value))})"
        case float():
            return repr(value)
        case None:
            return ""
    return "'" + str(value).replace("'", "''") + "'"


@given(CONDITIONS)
def test_what_is_written_is_what_is_read(condition: Condition) -> None:
    """Names and texts with whatever is in them, however they are joined."""
    found = parse_filter(written(condition))

    assert found == (condition if isinstance(condition, Every) else Every((condition,)))


@given(CONDITIONS)
def test_nothing_of_a_request_stands_in_the_statement(condition: Condition) -> None:
    """Every value and every name is a parameter: another one leaves the text as it is."""

    def blank(part: Condition) -> Condition:
        match part:
            case Not():
                return Not(blank(part.part))
            case Every():
                return Every(tuple(map(blank, part.parts)))
            case Some():
                return Some(tuple(map(blank, part.parts)))
            case Term(value=tuple()):
                return Term(_blank_name(part.field), part.operator, ("x",))
            case Term(value=str()):
                return Term(_blank_name(part.field), part.operator, "x")
            case Term():
                value = None if part.value is None else 0.0
                return Term(_blank_name(part.field), part.operator, value)
        raise TypeError(part)

    parameters = Parameters()
    assert condition_sql(condition, parameters) == condition_sql(blank(condition), Parameters())


def _blank_name(field: Field) -> Field:
    return field if field.space == "attribute" else Field(field.space, "x")


WORDS = [
    *("metrics.accuracy", "params.`a b`", "tags.", *ATTRIBUTES, "and", "or", "not", "in", "is"),
    *("null", "like", ">", "=", "!=", "(", ")", ",", "'a'", '"completed"', "0.5", "'2026-01-01'"),
]


@given(st.text(max_size=60) | st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join))
def test_whatever_is_asked_is_read_or_refused(text: str) -> None:
    """Never an error of our own; what is read can be made a statement."""
    try:
        found = parse_filter(text)
    except ProblemRaised as refused:
        assert refused.problem.status == 422
        assert refused.problem.errors[0].message.startswith("at character ")
    else:
        condition_sql(found, Parameters())
