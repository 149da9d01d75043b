"""What was published since the last working day."""

from datetime import UTC, datetime, timedelta

from runtime import JobContext

LONGEST = 20
MONDAY = 0


async def run(ctx: JobContext):
    """Send a digest to `content`. Its time is when it was due, so that a retry sends the same one."""
    until = datetime.fromisoformat(ctx.run.scheduled_at)
    since = until - timedelta(days=3 if until.weekday() == MONDAY else 1)
    published = {"status": "published", "publishedAt": {"$gte": moment(since), "$lt": moment(until)}}
    articles = await ctx.db.find("articles", published, sort="-publishedAt", limit=LONGEST)
    digest = {
        "type": "daily-digest",
        "date": until.date().isoformat(),
        "total": await ctx.db.count("articles", published),
        "articles": [{"id": a["id"], "slug": a["slug"], "title": a["title"]} for a in articles],
    }
    await ctx.realtime.send("content", digest)
    ctx.log.info("digest_sent", articles=digest["total"])
    return {"date": digest["date"], "total": digest["total"]}


def moment(time: datetime) -> str:
    """Return a time as documents have it: UTC, milliseconds, Z."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
