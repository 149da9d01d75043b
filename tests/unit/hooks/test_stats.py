from runtime.hooks.stats import FailureNote, HookStats, shortened


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


def note(incident):
    return FailureNote(1.0, incident, "ValueError: no", "hooks/a.py", 2, "")


def test_the_last_failures_are_remembered_and_found_by_their_incident():
    stats = HookStats("hooks/a.py:hook")
    assert stats.last_failure is None
    stats.notes.extend(note(f"i{n}") for n in range(25))
    assert [n.incident for n in stats.notes] == [f"i{n}" for n in range(5, 25)]
    assert stats.last_failure is stats.note_of("i24")
    assert stats.note_of("i4") is None


def test_a_text_that_is_too_long_keeps_its_beginning_and_its_end():
    assert shortened("short", 100) == "short"
    told = shortened("begin" + "x" * 1000 + "end", 100)
    assert len(told) <= 100
    assert told.startswith("beginxxx")
    assert told.endswith("xxxend")


def test_a_text_that_is_no_unicode_can_be_sent_all_the_same():
    assert shortened("a\ud800b", 100) == "a?b"
