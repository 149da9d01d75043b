"""The command line as its users meet it: processes, files, signals, terminals."""

import json
import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from runtime.cli.new import scaffold

HOOKSTREAM = (sys.executable, "-m", "runtime.cli")
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
PATIENCE_S = 60
"""A bound for what should have happened long before."""

get = partial(httpx.get, timeout=PATIENCE_S)
post = partial(httpx.post, timeout=PATIENCE_S)


@dataclass
class Process:
    """A running command. `lines` is what it has printed so far, on both outputs."""

    popen: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)
    grew: threading.Condition = field(default_factory=threading.Condition)
    ended: bool = False

    def read(self) -> None:
        assert self.popen.stdout is not None
        for line in self.popen.stdout:
            with self.grew:
                self.lines.append(line.rstrip("\n"))
                self.grew.notify_all()
        with self.grew:
            self.ended = True
            self.grew.notify_all()

    def wait_for(self, text: str, *, after: int = 0) -> str:
        """Return the first line from `after` on that has a text in it, once it is printed."""

        def found() -> str | None:
            return next((line for line in self.lines[after:] if text in line), None)

        with self.grew:
            self.grew.wait_for(lambda: found() is not None or self.ended, PATIENCE_S)
            line = found()
        assert line is not None, f"{text!r} was not printed:\n" + "\n".join(self.lines)
        return line

    def end(self, number: int = signal.SIGINT) -> int:
        """Send a signal; return the exit code."""
        self.popen.send_signal(number)
        return self.code()

    def code(self) -> int:
        """Wait for the end; return the exit code."""
        code = self.popen.wait(PATIENCE_S)
        with self.grew:
            self.grew.wait_for(lambda: self.ended, PATIENCE_S)
        return code


@dataclass
class Blog:
    """A new project on a free port of its own."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def api(self) -> str:
        return f"{self.url}/api/{self.folder.name}"

    @property
    def environ(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name != "HOOKSTREAM_TOKEN"}
        return {**inherited, "PORT": str(self.port), "TZ": "UTC", "PYTHONUNBUFFERED": "1"}


Start = Callable[..., Process]
Finish = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def blog(tmp_path: Path, free_port: Callable[[], int]) -> Blog:
    scaffold(tmp_path / "blog")
    return Blog(tmp_path / "blog", free_port())


@pytest.fixture
def start(blog: Blog) -> Iterator[Start]:
    """Start a command in the project's folder; what is still running is killed after the test."""
    started: list[Process] = []

    def launch(*arguments: str, stdin: int | None = subprocess.DEVNULL) -> Process:
        popen = subprocess.Popen(
            [*HOOKSTREAM, *arguments], cwd=blog.folder, env=blog.environ, text=True,
            stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        process = Process(popen)
        started.append(process)
        threading.Thread(target=process.read, daemon=True).start()
        return process

    yield launch
    for process in started:
        if process.popen.poll() is None:
            process.popen.kill()
        process.code()
        for stream in (process.popen.stdin, process.popen.stdout):
            if stream is not None:
                stream.close()


@pytest.fixture
def finish(blog: Blog) -> Finish:
    """Run a command in the project's folder to its end."""

    def run(*arguments: str, stdin: str = "", code: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [*HOOKSTREAM, *arguments], cwd=blog.folder, env=blog.environ, text=True,
            input=stdin, capture_output=True, timeout=PATIENCE_S,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done

    return run


@pytest.fixture
def dev(blog: Blog, start: Start) -> Process:
    """The project, served by `dev` and ready."""
    process = start("dev")
    process.wait_for("Ctrl-C stops")
    return process


def token_of(finish: Finish) -> dict[str, str]:
    return {"Authorization": f"Bearer {finish('token', 'add', 'tests', '--role', 'admin').stdout.strip()}"}


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def publish(blog: Blog, headers: dict[str, str], title: str) -> httpx.Response:
    return post(f"{blog.api}/posts", headers=headers, json={"title": title, "status": "published"})


def test_a_new_project_is_served_and_what_is_saved_counts_at_once(
    tmp_path: Path, blog: Blog, start: Start, finish: Finish
) -> None:
    assert "hookstream dev" in finish("new", str(tmp_path / "other")).stdout
    assert finish("check", str(tmp_path / "other")).stdout.startswith("✓ other: ")

    server = start("dev")
    server.wait_for("Ctrl-C stops")
    headers = token_of(finish)
    assert publish(blog, headers, "LOUD TITLE").status_code == 422

    hooks, printed = blog.folder / "hooks" / "posts.py", len(server.lines)
    edit(hooks, "titles are not shouted", "please whisper")
    server.wait_for("✓ reloaded hooks/posts.py", after=printed)
    assert publish(blog, headers, "LOUD TITLE").json()["detail"] == "please whisper"

    good, printed = hooks.read_text(), len(server.lines)
    hooks.write_text(good + "\ndef broken(:\n")
    server.wait_for("the last good version stays", after=printed)
    told = "\n".join(server.lines[printed:])
    assert "collections/posts.yml:15:" in told
    assert f"hooks/posts.py:{good.count(chr(10)) + 2}: SyntaxError" in told
    assert publish(blog, headers, "LOUD TITLE").json()["detail"] == "please whisper"

    printed = len(server.lines)
    hooks.write_text(good.replace("please whisper", "hush"))
    server.wait_for("✓ reloaded hooks/posts.py", after=printed)
    assert publish(blog, headers, "LOUD TITLE").json()["detail"] == "hush"
    assert publish(blog, headers, "Quiet title").status_code == 201

    assert server.end(signal.SIGINT) == 0
    assert server.lines[-1] == "stopped"


def test_what_dev_says_at_the_start_is_true(blog: Blog, dev: Process) -> None:
    said = "\n".join(dev.lines)
    assert f"front page  {blog.url}/\n" in said
    assert get(f"{blog.url}/").status_code == 200
    code = dev.wait_for("#sign-in=").split("#sign-in=")[1]
    sign_in = [post(f"{blog.api}/_auth/login", json={"code": code}) for _ in range(2)]
    assert [answer.status_code for answer in sign_in] == [200, 401]
    assert sign_in[0].json()["user"]["email"] == "admin@localhost"
    rest, events = dev.wait_for("REST  ").split(), dev.wait_for("events  ")
    assert get(rest[-1]).json() == {"items": []}
    url = events.split("'")[1]
    with httpx.stream("GET", url, timeout=PATIENCE_S) as stream:
        assert next(line for line in stream.iter_lines() if line.startswith("event: ")) == "event: ready"


def test_an_open_stream_stays_open_over_a_reload(blog: Blog, dev: Process, finish: Finish) -> None:
    headers = token_of(finish)
    with httpx.stream("GET", f"{blog.api}/_events?channels=posts", timeout=PATIENCE_S) as stream:
        lines = stream.iter_lines()
        assert "posts" in next(line for line in lines if line.startswith("data: "))
        printed = len(dev.lines)
        edit(blog.folder / "config.yml", "What happens to published posts", "News")
        dev.wait_for("✓ reloaded config.yml", after=printed)
        id = publish(blog, headers, "After the reload").json()["id"]
        assert id in next(line for line in lines if line.startswith("data: "))


def test_a_folder_made_while_serving_is_watched(blog: Blog, dev: Process) -> None:
    (blog.folder / "hooks" / "shared").mkdir()
    shared = blog.folder / "hooks" / "shared" / "names.py"
    shared.write_text("NAME = 1\n")
    dev.wait_for("✓ reloaded hooks/shared/names.py")
    printed = len(dev.lines)
    shared.write_text("NAME = 12\n")
    dev.wait_for("✓ reloaded hooks/shared/names.py", after=printed)


def test_what_is_saved_while_it_starts_counts(blog: Blog, start: Start) -> None:
    config = blog.folder / "config.yml"
    (blog.folder / "once").touch()
    with (blog.folder / "hooks" / "posts.py").open("a") as hooks:  # loaded when config.yml has been read
        hooks.write(
            f"\nfrom pathlib import Path\n\nif Path('once').exists():\n    Path('once').unlink()\n"
            f"    with open({str(config)!r}, 'a') as config:\n        config.write('# saved\\n')\n"
        )
    server = start("dev")
    server.wait_for("✓ reloaded config.yml")
    server.wait_for("Ctrl-C stops")


def test_a_hook_that_fails_is_shown_with_its_traceback(blog: Blog, dev: Process, finish: Finish) -> None:
    headers, printed = token_of(finish), len(dev.lines)
    edit(blog.folder / "hooks" / "posts.py", "post = ctx.document or {}", "post = ctx.no_such_thing")
    dev.wait_for("✓ reloaded", after=printed)
    assert publish(blog, headers, "A").status_code == 500
    dev.wait_for("hook_failed")
    assert dev.wait_for("post = ctx.no_such_thing").startswith(" ")


@pytest.mark.parametrize("command", ["dev", "serve"])
def test_a_port_in_use_is_one_clear_line(command: str, blog: Blog, finish: Finish) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", blog.port))
        taken.listen()
        done = finish(command, code=1)
    assert re.search(rf"^✗ port {blog.port} is in use; .*$", done.stderr, re.MULTILINE)
    assert done.stdout == "" if command == "dev" else "stopped" not in done.stdout


@pytest.mark.parametrize("command", [("dev",), ("serve",), ("user", "list"), ("jobs",)])
def test_data_that_cannot_be_written_is_one_clear_line(command: tuple[str, ...], blog: Blog, finish: Finish) -> None:
    (blog.folder / "data").write_text("a file where a folder has to be")
    done = finish(*command, code=1)
    assert done.stderr.startswith("✗ ")
    assert str(blog.folder / "data") in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.skipif(not Path("/proc/sys").is_dir(), reason="there is no file system here that nobody can write to")
def test_a_read_only_file_system_is_one_clear_line(blog: Blog, finish: Finish) -> None:
    edit(blog.folder / "config.yml", "sqlite:data/blog.db", "sqlite:/proc/sys/blog/blog.db")
    done = finish("serve", code=1)
    assert "/proc/sys/blog" in done.stderr
    assert done.stderr.startswith("✗ ")


@pytest.mark.parametrize("command", ["dev", "serve", "check"])
def test_an_invalid_project_is_not_served(command: str, blog: Blog, finish: Finish) -> None:
    (blog.folder / "config.yml").write_text("namespace: blog\nchannels: [\n")
    done = finish(command, code=1)
    assert re.search(r"^config\.yml:\d+:\d+", done.stdout + done.stderr)
    assert "✗ 1 problem\n" in done.stdout + done.stderr


def test_a_hook_file_with_a_syntax_error_is_not_served(blog: Blog, finish: Finish) -> None:
    (blog.folder / "hooks" / "posts.py").write_text("def no_shouting(ctx:\n")
    done = finish("serve", code=1)
    assert "hooks/posts.py:1: SyntaxError" in done.stderr


def test_a_second_signal_ends_it_at_once(blog: Blog, dev: Process, finish: Finish) -> None:
    (blog.folder / "jobs" / "tick.py").write_text(
        "import asyncio\n\nasync def run(ctx):\n    ctx.log.info('begun')\n    await asyncio.sleep(600)\n"
    )
    dev.wait_for("✓ reloaded")
    finish("jobs", "run", "tick")
    dev.wait_for("begun")
    dev.popen.send_signal(signal.SIGINT)
    dev.wait_for("stopping; once more ends it at once")
    assert dev.end(signal.SIGINT) == -signal.SIGINT


def test_the_server_does_the_run_that_is_waited_for(blog: Blog, dev: Process, finish: Finish) -> None:
    publish(blog, token_of(finish), "One")
    done = finish("jobs", "run", "tick", "--wait")
    assert "doing it here" not in done.stderr
    assert 'result   {"posts": 1}\n' in done.stdout
    assert done.stdout.splitlines()[-1].startswith("succeeded  tick")
    id = done.stdout.splitlines()[0].split()[-1]
    assert finish("jobs", "show", id).stdout.startswith(f"tick  succeeded  {id}\n")
    assert id in finish("jobs", "runs", "tick").stdout
    dev.wait_for(f"run={id}")


def test_a_message_goes_from_send_to_tail(dev: Process, start: Start, finish: Finish) -> None:
    people = start("tail", "system", "posts", "nowhere")
    programs = start("tail", "system", "--json")
    people.wait_for("listening to system, posts")
    people.wait_for("not listening to nowhere: undeclared")
    programs.wait_for("listening to system")
    sent = finish("send", "system", '{"type": "tick", "posts": 7}').stdout
    assert sent.startswith('✓ sent to system  {"type": "tick", "channel": "system", ')
    finish("send", "system", "-", stdin='{"type": "tick", "posts": 8}')
    assert re.fullmatch(r'\d\d:\d\d:\d\d  system  tick  \{"posts": 7\}', people.wait_for('"posts": 7'))
    message = json.loads(programs.wait_for('"posts":8'))
    assert (message["type"], message["channel"], message["posts"]) == ("tick", "system", 8)

    assert people.end(signal.SIGINT) == 0
    assert programs.end(signal.SIGTERM) == 0
    assert "Traceback" not in "\n".join(people.lines + programs.lines)
    assert finish("token", "list").stderr == "0 tokens\n"


def test_a_message_that_does_not_fit_is_refused(dev: Process, finish: Finish) -> None:
    assert "✗ " in finish("send", "system", '{"type": "tock"}', code=1).stderr
    assert "posts" in finish("send", "system", '{"type": "tick"}', code=1).stderr
    assert "not JSON" in finish("send", "system", "{tick}", code=2).stderr


def test_tail_says_when_there_is_no_server(blog: Blog, finish: Finish) -> None:
    done = finish("tail", "posts", code=1)
    assert done.stderr.startswith(f"✗ no server answers at {blog.url} (")
    assert "start it with hookstream dev" in done.stderr
    assert finish("token", "list").stderr == "0 tokens\n"


def test_tail_needs_a_token_that_the_server_knows(blog: Blog, dev: Process, finish: Finish) -> None:
    done = finish("tail", "posts", "--token", "hst_nonsense", "--url", blog.url, code=1)
    assert done.stderr.startswith("✗ ")
    assert done.stderr.count("\n") == 1


def test_tail_survives_a_restart_and_says_what_it_may_have_missed(blog: Blog, start: Start, finish: Finish) -> None:
    with (blog.folder / "config.yml").open("a") as config:
        config.write("realtime: {retry: 100ms}\n")
    server = start("dev")
    server.wait_for("Ctrl-C stops")
    tail = start("tail", "posts")
    tail.wait_for("listening to posts")
    assert server.end(signal.SIGTERM) == 0
    tail.wait_for("connecting again in")
    start("dev").wait_for("Ctrl-C stops")
    tail.wait_for("reset of posts: ")
    finish("send", "posts", '{"type": "back"}')
    assert tail.wait_for("posts  back").endswith("posts  back  ")


def test_serve_writes_json_and_reloads_on_a_hang_up(blog: Blog, start: Start) -> None:
    server = start("serve")
    ready = json.loads(server.wait_for('"serving"'))
    assert (ready["url"], ready["projects"], ready["pid"]) == (blog.url, ["blog"], server.popen.pid)
    assert get(f"{blog.api}/posts").status_code == 200

    server.popen.send_signal(signal.SIGHUP)
    assert json.loads(server.wait_for('"reloaded"'))["edition"] == 2
    edit(blog.folder / "config.yml", "scope: public ", "scope: pubic ")
    server.popen.send_signal(signal.SIGHUP)
    refused = json.loads(server.wait_for('"reload_refused"'))
    assert refused["problems"][0].startswith("config.yml:13:12: ")
    assert get(f"{blog.api}/posts").status_code == 200

    assert server.end(signal.SIGTERM) == 0
    events = [json.loads(line)["event"] for line in server.lines]
    assert events[-2:] == ["stopping", "stopped"]
    assert "no_admin" in events
    assert not any("sign-in" in line or "hsc_" in line for line in server.lines)


def test_several_projects_share_a_server(tmp_path: Path, blog: Blog, start: Start) -> None:
    scaffold(tmp_path / "shop")
    server = start("serve", ".", str(tmp_path / "shop"))
    assert json.loads(server.wait_for('"serving"'))["projects"] == ["blog", "shop"]
    assert get(f"{blog.url}/api/blog/posts").status_code == 200
    assert get(f"{blog.url}/api/shop/posts").status_code == 200
    assert server.end(signal.SIGTERM) == 0


def test_two_projects_of_one_name_are_refused(tmp_path: Path, blog: Blog, finish: Finish) -> None:
    (tmp_path / "copies").mkdir()
    scaffold(tmp_path / "copies" / "blog")
    done = finish("serve", ".", str(tmp_path / "copies" / "blog"), code=1)
    assert f"{tmp_path}/copies/blog/config.yml  namespace\n" in done.stderr
    assert f"the namespace 'blog' is that of {blog.folder} too" in done.stderr


def test_the_port_of_the_command_line_wins(blog: Blog, start: Start) -> None:
    server = start("dev", "--port", "0")
    url = server.wait_for("front page").split()[-1]
    assert url != f"{blog.url}/"
    assert get(url).status_code == 200
    assert server.end(signal.SIGINT) == 0


def test_documents_are_imported_from_a_pipe(blog: Blog, finish: Finish) -> None:
    rows = "".join(json.dumps({"title": f"Post {n}", "status": "published"}) + "\n" for n in range(500))
    done = finish("import", "posts", "-", stdin=rows)
    assert done.stdout.startswith("✓ imported 500 documents into posts in ")
    assert done.stderr == ""


def test_documents_are_imported_while_the_server_runs(blog: Blog, dev: Process, finish: Finish) -> None:
    finish("import", "posts", "-", stdin='{"title": "A", "status": "published"}\n')
    assert [post["title"] for post in get(f"{blog.api}/posts").json()["items"]] == ["A"]


def test_an_import_that_is_interrupted_says_how_far_it_came(blog: Blog, start: Start) -> None:
    edit(blog.folder / "collections" / "posts.yml", "create: {", "create: {after: hooks/posts.py:tell, ")
    with (blog.folder / "hooks" / "posts.py").open("a") as hooks:
        hooks.write("\n\nasync def tell(ctx):\n    print(ctx.document['title'], flush=True)\n")
    process = start("import", "posts", "-", stdin=subprocess.PIPE)
    assert process.popen.stdin is not None
    for n in range(200):
        process.popen.stdin.write(json.dumps({"title": f"Post {n}"}) + "\n")
    process.popen.stdin.flush()
    process.wait_for("Post 199")
    assert process.end(signal.SIGINT) == 1
    assert any(line.startswith("✓ imported 200 documents into posts") for line in process.lines)
    assert "Traceback" not in "\n".join(process.lines)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real articles are not at hand")
def test_real_articles_are_imported_once_however_often_it_is_tried(
    newsroom: Path, hookstream: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    hookstream("import", "authors", str(SHARED / "rust-blog-authors.jsonl"))
    articles = str(SHARED / "rust-blog-articles.jsonl")
    assert hookstream("import", "articles", articles).stdout.startswith("✓ imported 750 documents into articles in ")
    again = hookstream("import", "articles", articles, "--on-conflict", "skip")
    assert again.stdout == "✓ imported 0 documents into articles; 750 skipped, already there\n"


class Terminal:
    """A command in a terminal of its own, with somebody who types."""

    def __init__(self, blog: Blog, *arguments: str) -> None:
        self._screen, inner = pty.openpty()
        environ = {**blog.environ, "TERM": "xterm", "COLUMNS": "100"}
        self._popen = subprocess.Popen(
            [*HOOKSTREAM, *arguments], cwd=blog.folder, env=environ, stdin=inner, stdout=inner, stderr=inner
        )
        os.close(inner)
        self.shown = ""

    def wait_for(self, text: str, *, after: int = 0) -> None:
        while text not in self.shown[after:]:
            ready, _, _ = select.select([self._screen], [], [], PATIENCE_S)
            piece = self._read() if ready else ""
            assert piece, f"{text!r} was not shown:\n{self.shown}"

    def type(self, text: str) -> None:
        os.write(self._screen, text.encode())

    def code(self) -> int:
        while self._read():
            pass
        os.close(self._screen)
        return self._popen.wait(PATIENCE_S)

    def _read(self) -> str:
        try:
            piece = os.read(self._screen, 4096).decode(errors="replace")
        except OSError:  # Linux says EIO when the other side is closed
            return ""
        self.shown += piece
        return piece


def test_a_password_is_asked_for_twice_and_not_shown(blog: Blog, finish: Finish) -> None:
    terminal = Terminal(blog, "user", "add", "ada@example.org")
    terminal.wait_for("Password of ada@example.org: ")
    terminal.type("correct horse\n")
    terminal.wait_for("Once more: ")
    terminal.type("correct horse\n")
    assert terminal.code() == 0
    assert "correct horse" not in terminal.shown
    assert "added" in terminal.shown
    assert "ada@example.org" in finish("user", "list").stdout


def test_an_import_shows_how_far_it_is(blog: Blog, tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [{"title": f"Post {n}", "body": "word " * 200} for n in range(2000)]
    (tmp_path / "posts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    terminal = Terminal(blog, "import", "posts", str(tmp_path / "posts.jsonl"))
    assert terminal.code() == 0
    assert re.search(r"importing .*\d+%.* MB", terminal.shown)
    assert "imported 2,000 documents into" in terminal.shown


def test_an_export_and_a_backup_show_how_far_they_are(blog: Blog, finish: Finish) -> None:
    rows = "".join(json.dumps({"title": f"Post {n}", "body": "word " * 200}) + "\n" for n in range(2000))
    finish("import", "posts", "-", stdin=rows)
    terminal = Terminal(blog, "export", "posts", "posts.jsonl")
    assert terminal.code() == 0
    assert re.search(r"exporting posts.*\d+%.*/2000", terminal.shown)
    assert "exported 2,000 documents of" in terminal.shown
    for command in ("backup", "restore"):
        terminal = Terminal(blog, command, "blog.backup")
        assert terminal.code() == 0
        assert re.search(r"checking.*100%.*(\d+)/\1", terminal.shown)


def test_a_reader_that_has_seen_enough_ends_an_export(blog: Blog, finish: Finish) -> None:
    rows = "".join(json.dumps({"title": f"Post {n}", "body": "word " * 200}) + "\n" for n in range(2000))
    finish("import", "posts", "-", stdin=rows)
    exporting = subprocess.Popen(
        [*HOOKSTREAM, "export", "posts"], cwd=blog.folder, env=blog.environ, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert exporting.stdout is not None
    assert exporting.stderr is not None
    assert exporting.stdout.readline().startswith('{"id":"')
    exporting.stdout.close()
    assert exporting.stderr.read() == ""
    exporting.stderr.close()
    assert exporting.wait(PATIENCE_S) == 1


def test_a_terminal_gets_colours_and_a_pipe_does_not(blog: Blog, finish: Finish) -> None:
    terminal = Terminal(blog, "check")
    assert terminal.code() == 0
    assert "\x1b[" in terminal.shown
    assert "\x1b[" not in finish("check").stdout


def test_the_installed_command_is_the_same(blog: Blog) -> None:
    command = Path(sys.executable).with_name("hookstream")
    if not command.exists():
        pytest.skip("the package is not installed as a command")
    done = subprocess.run([command, "--version"], capture_output=True, text=True, timeout=PATIENCE_S, check=True)
    assert done.stdout == "hookstream 0.1.0\n"
