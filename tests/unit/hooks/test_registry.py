import pytest

from runtime.hooks.registry import Registry
from runtime.model.problem import Problem, Source


@pytest.fixture
def editions(bench):
    return [bench.load(number=number) for number in (1, 2, 3)]


def test_a_swap_puts_the_new_edition_in_force_and_tells(editions):
    registry = Registry(editions[0])
    told = []
    registry.on_swap(told.append)
    registry.on_swap(lambda edition: told.append(edition.number))
    registry.swap(editions[1])
    assert registry.current is editions[1]
    assert told == [editions[1], 2]


def test_a_failed_reload_keeps_the_edition_and_its_problems_until_the_next_swap(editions):
    registry = Registry(editions[0])
    problem = Problem(Source("a.yml", 1, 1), "hooks", "wrong", "Correct it.")
    registry.fail([problem], at=5.0)
    assert registry.current is editions[0]
    assert (registry.problems, registry.failed_at) == ((problem,), 5.0)
    registry.swap(editions[1])
    assert (registry.problems, registry.failed_at) == ((), None)


def test_a_request_that_began_before_a_swap_finds_its_own_edition(editions):
    first, second, third = editions
    registry = Registry(first)
    registry.swap(second)
    assert registry.edition_of(first.spec) is first
    assert registry.edition_of(second.spec) is second
    registry.swap(third)
    assert registry.edition_of(first.spec) is third
