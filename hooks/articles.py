"""What happens to an article on its way in, and who is told when it is there."""

from datetime import UTC, datetime

from runtime import Context, Reject


async def read(ctx: Context):
    """Turn `?stream=breaking` into an event stream; every other read goes on as it is."""
    if ctx.request.query.get("stream") == "breaking":
        return await ctx.realtime.subscribe("breaking", last_n=5, max_age=600)
    return None


def no_shouting(ctx: Context):  # a plain function runs in a worker thread
    """Refuse titles in capitals."""
    title = ctx.document.get("title")
    if isinstance(title, str) and title.isupper():
        raise Reject(422, "titles are not shouted", errors={"title": "all capitals"})


async def date(ctx: Context):
    """Date an article when it is published, unless it has a date already."""
    if ctx.document.get("status") == "published" and not ctx.document.get("publishedAt"):
        ctx.document["publishedAt"] = datetime.now(UTC).isoformat(timespec="milliseconds")


async def schedule(ctx: Context):
    """Plan a run for when the article shall be published, in the same commit; one that was planned before does nothing.

    The job looks whether its time is still the one that is wanted, so that no run has to be called back.
    """
    at = ctx.document.get("publishAt")
    if at and ctx.changed("publishAt"):
        version = (ctx.previous or {}).get("version", 0)
        planned = {"articleId": ctx.id, "publishAt": at}
        await ctx.jobs.enqueue("publish-article", planned, at=at, key=f"{ctx.id}/{version}")


async def announce(ctx: Context):
    """Say that an article has changed: an id and no more, for drafts are nobody's business."""
    article = ctx.document
    await ctx.realtime.send("content", {"type": "content-updated", "id": article["id"], "action": ctx.action})
    if ctx.action != "delete" and is_breaking(article) and not is_breaking(ctx.previous):
        news = {"type": "breaking-news", "id": article["id"], "slug": article["slug"], "title": article["title"]}
        await ctx.realtime.send("breaking", news)


def is_breaking(article: dict | None) -> bool:
    """Tell whether the public may know of an article that is tagged as breaking news."""
    return article is not None and article.get("status") == "published" and "breaking" in (article.get("tags") or [])
