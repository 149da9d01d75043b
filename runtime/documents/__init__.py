"""The one path of a read or a write: permissions, hooks, validation, one atomic commit."""
