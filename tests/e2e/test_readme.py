"""The README's tour does what it says: every command of it is run, and every output compared."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```(sh|text)( second terminal)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
END = "=== end of block ==="


def tour() -> list[tuple[str, bool, str]]:
    text = (ROOT / "README.md").read_text()
    section = text.split("## A five-minute tour\n")[1].split("\n## ")[0]
    return [(kind, bool(second), body) for kind, second, body in BLOCK.findall(section)]


def pattern(expected: str) -> re.Pattern[str]:
    """Return what an output block asks for: its lines in this order, where `…` stands for anything on a line."""
    lines = [r"[^\n]*".join(re.escape(part) for part in line.split("…")) for line in expected.strip().splitlines()]
    return re.compile(r"[\s\S]*".join(lines))


def test_the_tour_has_commands_and_outputs():
    kinds = [kind for kind, _, _ in tour()]
    assert kinds.count("sh") >= 8
    assert kinds.count("text") >= 8


def test_every_command_of_the_tour_does_what_the_readme_shows(start, newsroom):
    server = start("dev")
    (newsroom / ".venv").symlink_to(ROOT / ".venv")
    bin = Path(sys.executable).parent
    env = {**os.environ, "COLUMNS": "200", "PATH": f"{bin}:{os.environ['PATH']}"}
    blocks = [(kind, second, body.replace(":8090", f":{server.port}")) for kind, second, body in tour()]
    (listening,) = [body for kind, second, body in blocks if kind == "sh" and second]
    (heard,) = [body for kind, second, body in blocks if kind == "text" and second]
    terminal = subprocess.Popen(["bash", "-c", f"exec {listening}"], stdout=subprocess.PIPE, text=True, env=env)
    try:
        first = next(line for line in terminal.stdout if line.startswith("event: "))
        commands = [body for kind, second, body in blocks if kind == "sh" and not second]
        script = "set -e\nset -o pipefail\n" + "".join(f"{body}\necho\necho '{END}'\n" for body in commands)
        script = script.replace(". .venv/bin/activate\n", "")
        done = subprocess.run(
            ["bash", "-c", script], cwd=newsroom, env=env, capture_output=True, text=True, timeout=150
        )
        assert done.returncode == 0, done.stdout + done.stderr
        outputs = done.stdout.split(END)
        expected = [body for kind, second, body in blocks if kind == "text" and not second]
        assert len(outputs) == len(commands) + 1
        assert len(expected) == len(commands)
        for command, output, wanted in zip(commands, outputs, expected, strict=False):
            assert pattern(wanted).search(output), f"{command}\nprinted\n{output}\ninstead of\n{wanted}"
        lines = [first]
        while not pattern(heard).search("".join(lines)):
            line = terminal.stdout.readline()
            assert line, f"the stream ended; it had sent\n{''.join(lines)}"
            lines.append(line)
    finally:
        terminal.kill()
        terminal.wait()
        terminal.stdout.close()
