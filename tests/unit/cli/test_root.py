"""The command `hookstream` itself."""

import subprocess
import sys

import click

from runtime.cli import main


def test_the_help_says_of_each_command_what_the_command_says_itself(hookstream):
    context = click.Context(main)
    listed = hookstream("--help").output.partition("Commands:\n")[2].splitlines()
    said = [main.get_command(context, name).get_short_help_str(limit=100) for name in main.list_commands(context)]
    assert [line.split(maxsplit=1)[1] for line in listed] == said
    assert [line.split(maxsplit=1)[0] for line in listed] == main.list_commands(context)
    assert listed[0] == "  new       Make a new project in a folder."


def test_a_command_that_does_not_exist_is_no_traceback(hookstream):
    result = hookstream("checks")
    assert (result.exit_code, "No such command 'checks'" in result.output) == (2, True)


def test_help_needs_neither_the_server_nor_a_store():
    code = "import sys, runtime.cli; print(*(name for name in sys.modules if name.startswith('runtime.')))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout.split()
    assert {"runtime.cli.root", "runtime.app", "runtime.storage.open"} & set(loaded) == {"runtime.cli.root"}
