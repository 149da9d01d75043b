from runtime.hooks.points import POINTS


def test_the_hook_points_are_these():
    assert [point.name for point in POINTS.values()] == [
        "read.before",
        "read.respond",
        "create.bind",
        "create.validate",
        "create.before",
        "create.after",
        "create.respond",
        "update.bind",
        "update.validate",
        "update.before",
        "update.after",
        "update.respond",
        "delete.validate",
        "delete.before",
        "delete.after",
        "delete.respond",
    ]


def test_every_point_says_what_it_is_for_and_what_may_be_done():
    assert [
        point.name for point in POINTS.values() if not point.purpose.endswith(".") or not point.may.endswith(".")
    ] == []
    assert "ctx.narrow" in POINTS["read", "before"].may
    assert "copy" in POINTS["delete", "validate"].may
