"""Comments belong under articles that everybody can read."""

from runtime import Context, Reject


async def on_published(ctx: Context):
    """Refuse comments on drafts, in the words that an article which is not there gets: drafts are secret."""
    article = await ctx.db.get("articles", ctx.document["article"])
    if article is None or article.get("status") != "published":
        raise Reject(422, "there is no such article to comment on", errors={"article": "no published article"})
