"""Projects to load: a small shop, made to be broken, and a copy of the newsroom."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from runtime.model.problem import Problem, ProjectInvalid
from runtime.model.specs import ProjectSpec
from runtime.settings.load import load

ROOT = Path(__file__).parents[3]

SHOP = {
    "config.yml": """\
namespace: shop
meta: {label: Shop}
server:
  port: 8090
  cors: {origins: [https://www.example.org]}
  trustedProxies: [10.0.0.0/8]
  bodyLimit: 2MiB
storage: ${STORAGE:-sqlite:data/shop.db}
auth: {sessionTTL: 5d, roles: [clerk, buyer]}
limits: {requests: 300/minute}
realtime: {heartbeat: 15s}
hooks: {timeout: 5s, threads: 8}
channels:
  - name: news
    description: What is new
    scope: public
  - name: user:{userId}
    description: One user's own
    scope: user
  - name: floor
    description: For those who carry things
    scope: role:clerk
    bufferSize: 50
    lastN: 5
    events:
      moved: {type: object, required: [shelf], properties: {shelf: {type: integer}}}
collections: !include collections/*.yml
jobs: !include jobs/*.yml
""",
    "collections/makers.yml": """\
name: makers
fields:
  - {name: name, type: string, required: true}
permissions:
  public: {read: true}
""",
    "collections/products.yml": """\
name: products
meta: {label: Products, title: name, listFields: [name, price]}
fields:
  - {name: name, type: string, required: true, minLength: 2, maxLength: 80}
  - {name: slug, type: slug, from: name, unique: true}
  - {name: state, type: select, options: [shown, hidden], default: shown}
  - {name: price, type: number, min: 0, max: 1000, default: 1}
  - {name: maker, type: reference, collection: makers}
  - {name: tags, type: array, items: {type: string}}
  - name: size
    type: object
    fields:
      - {name: width, type: integer}
      - {name: depth, type: integer}
  - {name: extra, type: json}
  - {name: cost, type: number, hidden: true}
permissions:
  public:
    read: {filter: {state: shown}, hide: [extra]}
  role:clerk:
    read: true
    create: {set: {state: hidden}}
    update: {filter: {createdBy: $user.id}, deny: [price]}
hooks:
  read: {before: hooks/products.py:narrow}
  create: {validate: [hooks/products.py:check, hooks/products.py:narrow]}
realtime:
  publish: {channel: news, on: [create], fields: [id, name]}
indexes: [[state, -price]]
""",
    "collections/search.yml": """\
name: search
virtual: true
permissions:
  public: {read: true}
hooks:
  read: {before: hooks/products.py:narrow}
""",
    "jobs/nightly.yml": """\
- name: count
  file: jobs/count.py
  cron: "0 6 * * 1-5"
  timezone: Europe/Berlin
- name: print
  file: jobs/count.py
  input: {type: object, required: [product], properties: {product: {type: string}}}
  permissions: {role:clerk: true}
  events: {channel: "user:{userId}", prefix: printing}
""",
    "hooks/products.py": "def narrow(ctx): ...\ndef check(ctx): ...\n",
    "jobs/count.py": "def run(ctx): ...\n",
}


@dataclass(frozen=True)
class Project:
    """A project on disk that a test may change."""

    folder: Path

    def write(self, file: str, text: str) -> None:
        """Write a file, and the folders that it needs."""
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def change(self, file: str, old: str, new: str) -> None:
        """Replace the one place where `old` stands."""
        text = (self.folder / file).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        self.write(file, text.replace(old, new))

    def load(self, environ: Mapping[str, str] | None = None) -> ProjectSpec:
        """Load it."""
        return load(self.folder, environ or {})

    def problems(self, environ: Mapping[str, str] | None = None) -> tuple[Problem, ...]:
        """Load it, and return what is wrong with it."""
        with pytest.raises(ProjectInvalid) as caught:
            self.load(environ)
        return caught.value.problems


@pytest.fixture
def make_project(tmp_path: Path) -> Callable[[Mapping[str, str]], Project]:
    """Return a function that writes files and returns the project that they are."""

    def make(files: Mapping[str, str]) -> Project:
        project = Project(tmp_path / "project")
        project.folder.mkdir()
        for file, text in files.items():
            project.write(file, text)
        return project

    return make


@pytest.fixture
def shop(make_project: Callable[[Mapping[str, str]], Project]) -> Project:
    """Return a small project that has a bit of everything."""
    return make_project(SHOP)


@pytest.fixture
def newsroom(tmp_path: Path) -> Project:
    """Return a copy of the newsroom."""
    folder = tmp_path / "newsroom"
    folder.mkdir()
    for name in ("config.yml", "config.yml.env"):
        shutil.copy(ROOT / name, folder / name)
    for name in ("collections", "jobs", "hooks"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return Project(folder)


@pytest.fixture
def assert_told(shop: Project) -> Callable[..., None]:
    """Return a function that makes one mistake in the shop and checks what is said about it."""

    def check(file: str, old: str, new: str, *, place: str, message: str, remedy: str) -> None:
        shop.change(file, old, new)
        (problem,) = shop.problems()
        assert str(problem.source) == f"{file}:{place}"
        assert message in problem.message
        assert remedy in problem.remedy

    return check
