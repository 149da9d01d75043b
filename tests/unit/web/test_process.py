"""What the operating system tells of this process."""

import os
import sys

import pytest

from runtime.web.process import cpu_s, disk, footprint, open_files, open_files_limit

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")


@linux
def test_memory_and_threads_are_told():
    taken = footprint()
    assert taken.rss_bytes > 10 * 1024 * 1024
    assert taken.threads >= 1


@linux
def test_a_file_that_is_opened_counts():
    before = open_files()
    descriptor = os.open(os.devnull, os.O_RDONLY)
    try:
        assert open_files() == before + 1
    finally:
        os.close(descriptor)
    assert open_files_limit() is None or open_files_limit() > before


def test_processor_time_grows():
    before = cpu_s()
    sum(range(100_000))
    assert cpu_s() > before


def test_the_disk_of_a_folder_that_is_not_there_is_not_known(tmp_path):
    free, total = disk(tmp_path)
    assert 0 <= free <= total
    assert disk(tmp_path / "nowhere") is None
