"""Ids as the server makes them."""

import uuid

import pytest

from runtime.model.document import Ids, new_id


@pytest.mark.parametrize("new", [new_id, Ids().new], ids=["new_id", "Ids"])
def test_an_id_is_a_uuid_of_version_7(new):
    made = [uuid.UUID(new(1_768_473_000.123)) for _ in range(1000)]
    assert {id.version for id in made} == {7}
    assert {id.variant for id in made} == {uuid.RFC_4122}
    assert {id.int >> 80 for id in made} == {1_768_473_000_123}
    assert {id.int >> 60 & 0xF for id in made} == {8, 9, 10, 11}
    assert len(set(made)) == 1000


def test_ids_are_written_as_uuids_are_and_sort_by_time():
    first, second = new_id(1_768_473_000.123), new_id(1_768_473_000.124)
    assert first == str(uuid.UUID(first))
    assert first[:15] == "019bc134-78bb-7"
    assert first < second
