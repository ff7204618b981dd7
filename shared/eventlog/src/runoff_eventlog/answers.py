"""Answers of models by what was asked, so that the same is not paid for twice.

Not the log: it may lose the oldest, or all, and nothing is wrong but that a model is asked again.
"""

import structlog
from nats.aio.client import Client
from nats.errors import Error
from nats.js.api import RawStreamMsg
from nats.js.errors import APIError, NotFoundError

from runoff_contracts import subjects
from runoff_eventlog.canceling import heeding

_ANSWER_S = 1.0
_MOST_BYTES = 512 * 1024

logger = structlog.get_logger(__name__)


class Answers:
    """Bytes by key, which is a token of a subject or several; shared by all workers."""

    def __init__(self, nc: Client) -> None:
        self._nc, self._js = nc, nc.jetstream(timeout=_ANSWER_S)

    async def get(self, key: str) -> bytes | None:
        """What was put last; none where there is nothing, or the server does not answer."""
        try:
            found = await self._last(_subject(key))
        except NotFoundError:
            return None
        except (Error, APIError, TimeoutError) as error:
            logger.warning("answers.unavailable", error=repr(error))
            return None
        return found.data

    async def has_any(self, prefix: str) -> bool:
        """Whether a key with one more token was put; also where the server does not answer."""
        try:
            await self._last(_subject(f"{prefix}.*"))
        except NotFoundError:
            return False
        except (Error, APIError, TimeoutError) as error:
            logger.warning("answers.unavailable", error=repr(error))
        return True

    async def put(self, key: str, value: bytes) -> None:
        """Keep it, without waiting until it is on disk; what is too large is not kept."""
        if len(value) > _MOST_BYTES:
            return
        try:
            await self._nc.publish(_subject(key), value)
        except Error as error:
            logger.warning("answers.unavailable", error=repr(error))

    async def _last(self, subject: str) -> RawStreamMsg:
        return await heeding(self._js.get_last_msg(subjects.ANSWERS_STREAM, subject, direct=True))


def _subject(key: str) -> str:
    return f"answers.{key}"
