"""The server takes as many open files as the system lets it have, and says where that is too few."""

import subprocess
import sys

import pytest

from runtime.cli.open_files import raise_open_files

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")

SCRIPT = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (64, {hard}))
from runtime.cli.open_files import raise_open_files
print(raise_open_files(), *resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def test_the_soft_limit_is_raised_to_the_hard_one():
    run = subprocess.run([sys.executable, "-c", SCRIPT.format(hard=512)], capture_output=True, text=True, check=True)
    assert run.stdout == "512 512 512\n"


def test_raising_it_again_changes_nothing():
    assert raise_open_files() == raise_open_files()
