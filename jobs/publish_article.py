"""Publishes an article at the time that was chosen for it."""

from datetime import datetime

from runtime import JobContext


async def run(ctx: JobContext):
    """Publish it if that is still what is wanted: since this run was planned, another time may have been chosen."""
    article = await ctx.db.get("articles", ctx.input["articleId"])
    if article is None or article["status"] != "draft" or not is_same(article.get("publishAt"), ctx.input["publishAt"]):
        ctx.log.info("not_wanted_any_more")
        return {"published": False}
    await ctx.db.update("articles", article["id"], {"status": "published", "publishAt": None})
    return {"published": True}


def is_same(moment: str | None, other: str) -> bool:
    """Tell whether two timestamps are one moment, however they are written."""
    return moment is not None and datetime.fromisoformat(moment) == datetime.fromisoformat(other)
