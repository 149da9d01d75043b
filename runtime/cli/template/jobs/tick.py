"""The job of jobs/tick.yml."""

from runtime import JobContext


async def run(ctx: JobContext) -> dict[str, int]:
    """Count the posts, tell everybody on the channel `system`, and leave the number in the run's record."""
    posts = await ctx.db.count("posts")
    await ctx.realtime.send("system", {"type": "tick", "posts": posts})
    ctx.log.info("counted", posts=posts)
    return {"posts": posts}
