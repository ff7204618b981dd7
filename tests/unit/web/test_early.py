"""The head of a page that goes out first: in which order, once, and for which runs."""

from starlette.types import Message, Receive, Scope, Send

from runoff_web.assets import Assets
from runoff_web.early import Early, Known
from runoff_web.rendering import Pages

RUN = "01a20204-58b0-7c63-8658-6de7871ae358"


async def test_the_head_is_sent_once_and_before_anything_is_asked() -> None:
    """However the page behind it is cut into pieces."""
    pages, known, sent = Pages(Assets()), Known(), list[Message]()
    known.add(RUN)
    whole = (pages.head("dark") + "<title>x</title></html>").encode()

    async def page(_: Scope, __: Receive, send: Send) -> None:
        assert [each["type"] for each in sent] == ["http.response.start", "http.response.body"]
        assert sent[1]["body"] == pages.head("dark").encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for piece in (whole[:100], whole[100:600], whole[600:]):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    asked = [(b"sec-fetch-dest", b"document"), (b"cookie", b"runoff_theme=dark")]
    scope = {"type": "http", "method": "GET", "path": f"/runs/{RUN}", "headers": asked}
    await Early(page, pages, known)(scope, receive, send)

    assert [each["type"] for each in sent].count("http.response.start") == 1
    assert b"".join(each.get("body", b"") for each in sent) == whole
    assert [each.get("more_body") for each in sent[1:]] == [True] * (len(sent) - 2) + [False]


def test_of_many_runs_the_latest_are_known() -> None:
    """The pages run for months, and forget what nobody looks at."""
    known = Known()
    known.add("first", "second")
    known.add(*(str(each) for each in range(1998)))
    known.add("first")
    known.add("newest")

    assert "first" in known
    assert "newest" in known
    assert "second" not in known
    known.discard("first", "never there")
    assert "first" not in known
