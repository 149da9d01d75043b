"""A project in one line."""

from runtime.cli.terminal import counted
from runtime.model.specs import ProjectSpec


def summary(spec: ProjectSpec) -> str:
    """Return how many collections, channels, jobs and hook functions a project has."""
    hooks = {hook.ref for c in spec.collections for hooks in c.hooks.values() for hook in hooks}
    counts = (
        (len(spec.collections), "collection"),
        (len(spec.channels), "channel"),
        (len(spec.jobs), "job"),
        (len(hooks), "hook"),
    )
    return ", ".join(counted(count, noun) for count, noun in counts)


def base_url(spec: ProjectSpec) -> str:
    """Return where a project's server is found from this machine, as its config.yml says."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(spec.server.host, spec.server.host)  # noqa: S104
    return f"http://{f'[{host}]' if ':' in host else host}:{spec.server.port}"
