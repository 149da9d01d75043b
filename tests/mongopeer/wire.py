"""OP_MSG, MongoDB's only message since 5.1. Source: MongoDB's wire protocol, "OP_MSG" and "Document Sequence"."""

import asyncio
import struct
from itertools import count
from typing import Any

import bson

OP_MSG = 2013
HEADER = struct.Struct("<iiii")

_numbers = count(1)


async def read(reader: asyncio.StreamReader) -> tuple[int, dict[str, Any]] | None:
    """Return the next request's id and command, its document sequences put in as arrays; None at the end."""
    try:
        size, request_id, _, op_code = HEADER.unpack(await reader.readexactly(HEADER.size))
        body = await reader.readexactly(size - HEADER.size)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    if op_code != OP_MSG:
        raise ValueError(f"opcode {op_code} is not spoken here")
    return request_id, _command(body)


def _command(body: bytes) -> dict[str, Any]:
    command: dict[str, Any] = {}
    sequences: dict[str, list[Any]] = {}
    at = 4
    while at < len(body):
        kind, at = body[at], at + 1
        (size,) = struct.unpack_from("<i", body, at)
        section, at = body[at : at + size], at + size
        if kind == 0:
            command = bson.decode(section)
        else:
            end = section.index(b"\0", 4)
            sequences[section[4:end].decode()] = bson.decode_all(section[end + 1 :])
    return {**command, **sequences}


def reply(request_id: int, document: dict[str, Any]) -> bytes:
    """Return the answer to a request."""
    body = struct.pack("<iB", 0, 0) + bson.encode(document)
    return HEADER.pack(HEADER.size + len(body), next(_numbers), request_id, OP_MSG) + body
