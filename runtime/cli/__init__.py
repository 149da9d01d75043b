"""The command line: `hookstream`."""

from runtime.cli.root import main

__all__ = ["main"]
