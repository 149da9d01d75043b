from runtime.hooks.stats import HookStats


def test_percentiles_are_those_of_the_nearest_rank():
    stats = HookStats("hooks/a.py:hook")
    assert stats.percentile_s(50) is None
    stats.durations_s.extend([0.4, 0.1, 0.3, 0.2])
    assert stats.percentile_s(50) == 0.2
    assert stats.percentile_s(99) == 0.4
    assert stats.percentile_s(0) == 0.1


def test_only_the_last_durations_count():
    stats = HookStats("hooks/a.py:hook")
    stats.durations_s.extend([9.0] + [1.0] * 512)
    assert stats.percentile_s(100) == 1.0
