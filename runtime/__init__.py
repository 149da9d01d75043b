"""Hookstream: hooks and jobs for a headless CMS, with everything live over REST and SSE.

What hook and job files import: `from runtime import Context, Reject`.
"""

from runtime.hooks.channel_context import ChannelContext
from runtime.hooks.context import Context, Response
from runtime.hooks.job_context import JobContext
from runtime.model.actor import Actor
from runtime.model.errors import (
    Conflict,
    Failure,
    Forbidden,
    InvalidDocument,
    InvalidMessage,
    NotFound,
    Reject,
    Unauthenticated,
)

__version__ = "0.1.0"

__all__ = [
    "Actor",
    "ChannelContext",
    "Conflict",
    "Context",
    "Failure",
    "Forbidden",
    "InvalidDocument",
    "InvalidMessage",
    "JobContext",
    "NotFound",
    "Reject",
    "Response",
    "Unauthenticated",
    "__version__",
]
