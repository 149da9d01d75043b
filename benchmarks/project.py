"""The Hookstream project that both benchmarks use, written into a folder of theirs."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

CONFIG: Final = """\
namespace: bench
server: {{host: 127.0.0.1, port: {port}}}
storage: sqlite:data/bench.db
auth: {{secret: "a secret for benchmarks only"}}
limits: {{requests: 0/minute, connect: 0/minute}}
collections: !include collections/*.yml
"""

COLLECTION: Final = """\
name: {name}
fields:
  - {{name: title, type: string, required: true, maxLength: 200}}
  - {{name: slug, type: string}}
  - {{name: body, type: text}}
  - {{name: status, type: select, options: [draft, published]}}
  - {{name: tags, type: array, items: {{type: string}}}}
  - {{name: publishedAt, type: datetime}}
permissions:
  public: {{read: true, create: true}}
indexes: [{indexes}]
"""

HOOKED: Final = "hooks: {create: {before: hooks/stamp.py:stamp}}\n"

HOOK: Final = '''\
"""The one hook of the benchmark."""


async def stamp(ctx):
    """Change a field."""
    ctx.document["title"] = ctx.document["title"].strip() + " (stamped)"
'''

NEWEST: Final = "[status, -publishedAt]"
"""The index that both servers of benchmarks/rest.py have."""


def write_project(folder: Path, *, port: int, indexes: Sequence[str] = (NEWEST,)) -> None:
    """Write a project with two collections of the same fields: `articles`, and `stamped` with a hook on create."""
    for name in ("collections", "hooks"):
        (folder / name).mkdir(parents=True)
    (folder / "config.yml").write_text(CONFIG.format(port=port))
    made = {name: COLLECTION.format(name=name, indexes=", ".join(indexes)) for name in ("articles", "stamped")}
    (folder / "collections" / "articles.yml").write_text(made["articles"])
    (folder / "collections" / "stamped.yml").write_text(made["stamped"] + HOOKED)
    (folder / "hooks" / "stamp.py").write_text(HOOK)
