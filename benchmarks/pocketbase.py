"""PocketBase with the same two collections: installed, made, filled, started."""

import sqlite3
import subprocess
import sys
import venv
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

import orjson
from articles import Articles, batches

REQUIREMENTS: Final = Path(__file__).with_name("requirements.txt")
BATCH: Final = 1000

MIGRATION: Final = """\
migrate((app) => {
  for (const name of ["articles", "stamped"]) {
    app.save(new Collection({
      type: "base",
      name: name,
      listRule: "", viewRule: "", createRule: "",
      fields: [
        {type: "text", name: "title", required: true, max: 200},
        {type: "text", name: "slug"},
        {type: "text", name: "body"},
        {type: "select", name: "status", values: ["draft", "published"], maxSelect: 1},
        {type: "json", name: "tags"},
        {type: "date", name: "publishedAt"},
        {type: "autodate", name: "createdAt", onCreate: true},
        {type: "autodate", name: "updatedAt", onCreate: true, onUpdate: true},
      ],
      indexes: [`CREATE INDEX idx_${name}_newest ON ${name} (status, publishedAt DESC)`],
    }))
  }
})
"""

HOOK: Final = """\
onRecordCreateRequest((e) => {
  e.record.set("title", e.record.get("title").trim() + " (stamped)")
  e.next()
}, "stamped")
"""

INSERT: Final = (
    "INSERT INTO {collection} (id, title, slug, body, status, tags, publishedAt, createdAt, updatedAt) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


class PocketBase:
    """Its program and its data in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._program = folder / "venv" / "bin" / "pocketbase"

    def install(self) -> str:
        """Install the program into a virtual environment of its own; return its version."""
        venv.create(self.folder / "venv", with_pip=True)
        pip = [self.folder / "venv" / "bin" / "python", "-m", "pip", "install", "--quiet", "-r", REQUIREMENTS]
        subprocess.run(pip, check=True, stdout=sys.stderr)
        return subprocess.run([self._program, "--version"], check=True, capture_output=True, text=True).stdout.strip()

    def fill(self, articles: Articles, documents: int) -> None:
        """Make the collections and put the articles in, straight into its database: it does not run yet."""
        for name, text in {"pb_migrations/1_articles.js": MIGRATION, "pb_hooks/stamp.pb.js": HOOK}.items():
            (self.folder / name).parent.mkdir()
            (self.folder / name).write_text(text)
        subprocess.run([*self._command(), "migrate", "up"], check=True, stdout=subprocess.DEVNULL)
        with closing(sqlite3.connect(self.folder / "pb_data" / "data.db")) as connection:
            for numbers in batches(range(documents), BATCH):
                rows = [_row(articles, number) for number in numbers]
                for collection in ("articles", "stamped"):
                    connection.executemany(INSERT.format(collection=collection), rows)
                connection.commit()

    def add_superuser(self, email: str, password: str) -> None:
        """Add somebody who may use its dashboard; it does not run yet."""
        subprocess.run(
            [*self._command(), "superuser", "upsert", email, password], check=True, stdout=subprocess.DEVNULL
        )

    def command(self, port: int) -> Sequence[str]:
        """Return what starts it on a port."""
        return [*self._command(), "serve", "--http", f"127.0.0.1:{port}"]

    def _command(self) -> list[str]:
        places = {"dir": "pb_data", "migrationsDir": "pb_migrations", "hooksDir": "pb_hooks"}
        return [str(self._program), *(f"--{option}={self.folder / name}" for option, name in places.items())]


def _row(articles: Articles, number: int) -> tuple[str, ...]:
    """Return an article as it writes it: ids of 15 characters, a space in dates."""
    article = articles.stored(number)
    dates = (article[name].replace("T", " ") for name in ("publishedAt", "createdAt", "updatedAt"))
    texts = (article[name] for name in ("title", "slug", "body", "status"))
    return (f"a{number:014}", *texts, orjson.dumps(article["tags"]).decode(), *dates)
