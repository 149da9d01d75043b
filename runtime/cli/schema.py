"""`hookstream schema`."""

import json

import click

from runtime.cli.terminal import Terminal
from runtime.settings.schemas import NAMES, read_schema


@click.command()
@click.argument("name", type=click.Choice(NAMES), metavar="|".join(NAMES))
@click.pass_obj
def schema(terminal: Terminal, name: str) -> None:
    """Print the JSON Schema of a kind of YAML file.

    Editors check and complete a file with it: `config` is for config.yml, `collection` for the files in collections/,
    `jobs` for those in jobs/. They refer to each other as files of one folder.
    """
    terminal.raw(json.dumps(read_schema(name), indent=2))
