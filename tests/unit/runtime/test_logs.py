"""Log lines are JSON with the trace that they belong to, whoever writes them."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from typing import Any


def lines_of(code: str, *, format_: str = "json", level: str = "info") -> str:
    """What a process of its own writes: setting up logs changes a whole process."""
    head = f"""
        import logging, threading, warnings
        import structlog
        from runoff_runtime.logs import set_up_logs

        set_up_logs("run-manager", level={level!r}, format_={format_!r})
        logger = structlog.get_logger("runoff")
    """
    program = textwrap.dedent(head) + textwrap.dedent(code)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout == ""
    return done.stderr


def parsed(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_line_is_one_json_object() -> None:
    """With the service, the level and the time; text of others cannot break the line."""
    (line,) = parsed(lines_of('logger.warning("run.created", run="r-1", label="two\\nlines \\"ü")'))

    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "service": "run-manager",
        "level": "warning",
        "event": "run.created",
        "run": "r-1",
        "label": 'two\nlines "ü',
    }


def test_lines_within_a_span_carry_its_trace() -> None:
    """From a slow run in the traces to what its services said."""
    code = """
        from opentelemetry.sdk.trace import TracerProvider
        with TracerProvider().get_tracer("t").start_as_current_span("s") as span:
            logger.info("inside")
            print_ids = f"{span.get_span_context().trace_id:032x}"
            logging.getLogger("library").warning("inside too %s", print_ids)
        logger.info("outside")
    """
    inside, library, outside = parsed(lines_of(code))

    assert len(inside["trace_id"]) == 32
    assert len(inside["span_id"]) == 16
    assert library["event"] == f"inside too {inside['trace_id']}"
    assert library["trace_id"] == inside["trace_id"]
    assert "trace_id" not in outside


def test_libraries_and_their_threads_write_the_same_lines() -> None:
    """Exporters log from threads of their own: those lines say whose they are, too."""
    code = """
        log = logging.getLogger("opentelemetry.exporter")
        thread = threading.Thread(target=lambda: log.error("not sent: %s", "refused"))
        thread.start()
        thread.join()
        log.info("chatter of libraries is left out")
    """
    (line,) = parsed(lines_of(code))

    assert (line["service"], line["level"], line["event"]) == (
        "run-manager",
        "error",
        "not sent: refused",
    )


def test_an_exception_is_within_its_line() -> None:
    """A traceback over several lines could not be searched for."""
    code = """
        try:
            1 / 0
        except ZeroDivisionError:
            logger.exception("failed")
            logging.getLogger("library").exception("failed")
    """
    own, library = parsed(lines_of(code))

    for line in (own, library):
        assert "ZeroDivisionError: division by zero" in line["exception"]
        assert "Traceback" in line["exception"]


def test_lines_below_the_level_are_left_out() -> None:
    """An operator turns the volume."""
    code = 'logger.info("quiet")\nlogger.error("loud")'

    assert [line["event"] for line in parsed(lines_of(code, level="error"))] == ["loud"]


def test_people_get_lines_for_people() -> None:
    """On a terminal, exceptions included, and without complaints of the logging itself."""
    code = """
        warnings.simplefilter("error")
        logger.info("run.created", run="r-1")
        try:
            1 / 0
        except ZeroDivisionError:
            logger.exception("failed")
    """
    text = lines_of(code, format_="console")

    assert "run.created" in text
    assert "run=r-1" in text
    assert "ZeroDivisionError" in text
    assert not text.startswith("{")
