"""How we and our workers talk: frames on a pair of pipes, each four bytes of length then the bytes.

Only bytes and JSON cross: a pickle would let whoever writes on the pipe run code in the other process.
"""

from __future__ import annotations

from typing import BinaryIO

# Far above any document; a length beyond it means that the pipe carries something else.
MAX_FRAME = 100_000_000


def write_frame(pipe: BinaryIO, content: bytes) -> None:
    """Write one frame and flush it. Raises OSError when nobody reads any more."""
    pipe.write(len(content).to_bytes(4, "big") + content)
    pipe.flush()


def read_frame(pipe: BinaryIO) -> bytes | None:
    """Return the next frame, None at the end of the pipe.

    Raises EOFError when the pipe ends inside a frame, ValueError when it does not carry frames.
    """
    head = pipe.read(4)
    if not head:
        return None
    length = int.from_bytes(head, "big")
    if length > MAX_FRAME:
        raise ValueError("not a frame")
    content = pipe.read(length)
    if len(head) < 4 or len(content) < length:
        raise EOFError("the pipe ended inside a frame")
    return content
