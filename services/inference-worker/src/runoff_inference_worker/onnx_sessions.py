"""Opened ONNX files, one session a file for all runs; those used last are kept."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from functools import partial

import onnxruntime as ort

from runoff_inference_worker.errors import AttemptFailed, WorkerError
from runoff_inference_worker.threads import Threads
from runoff_objects.store import Objects

_KEPT = 8
_OPEN_S = 300.0
_LOOPS = (b'"\x04Loop', b'"\x04Scan')
"""Nodes that loop, as they stand in the file: field 4 of a node, its length, its name."""


class NotOnnx(WorkerError):
    """onnxruntime cannot make a session of the file."""


@dataclass(frozen=True)
class Opened:
    """A session, and what is known of its file."""

    session: ort.InferenceSession
    is_straight: bool
    """It has no loop, so that the time of a call is given by its size alone."""


class Sessions:
    """Sessions by the digest of their file. A session ends when the last who uses it lets go."""

    def __init__(self, objects: Objects, threads: Threads, *, n_threads: int) -> None:
        self._objects, self._threads, self._n_threads = objects, threads, n_threads
        self._sessions: OrderedDict[str, Opened] = OrderedDict()
        self._opening = asyncio.Lock()

    async def get(self, digest: str) -> Opened:
        """The session of a file.

        Raises:
            NotOnnx: When the file is no model that onnxruntime can run.
            ObjectError: When the file is not in the store, or damaged.
        """
        async with self._opening:
            if digest not in self._sessions:
                content = await self._objects.get(digest)
                open_ = partial(open_session, content, n_threads=self._n_threads)
                done = (await self._threads.serve([open_], limit_s=_OPEN_S))[0]
                if isinstance(done.value, AttemptFailed):
                    raise NotOnnx(done.value.message)
                straight = not any(each in content for each in _LOOPS)
                self._sessions[digest] = Opened(done.value, is_straight=straight)
            self._sessions.move_to_end(digest)
            while len(self._sessions) > _KEPT:
                self._sessions.popitem(last=False)
            return self._sessions[digest]


def open_session(content: bytes, *, n_threads: int) -> ort.InferenceSession:
    """A session on the CPU; it cannot reach files beside it, since it has only these bytes."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = n_threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    # Spinning threads win some microseconds and take a core from every other process.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return ort.InferenceSession(content, options, providers=["CPUExecutionProvider"])
