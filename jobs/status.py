"""How things stand at the desk, for everybody who is signed in."""

from runtime import JobContext


async def run(ctx: JobContext):
    """Count, and tell the `system` channel."""
    status = {
        "published": await ctx.db.count("articles", {"status": "published"}),
        "drafts": await ctx.db.count("articles", {"status": "draft"}),
        "waiting": await ctx.db.count("comments", {"approved": False}),
    }
    await ctx.realtime.send("system", {"type": "status", **status})
    return status
