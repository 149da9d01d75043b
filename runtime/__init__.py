"""Hookstream: hooks and jobs for a headless CMS, with everything live over REST and SSE."""

__version__ = "0.1.0"
