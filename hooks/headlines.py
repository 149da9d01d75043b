"""The newest articles as a JSON Feed (https://jsonfeed.org/version/1.1)."""

from runtime import Context, Response

NEWEST = 10
TEASER = 280


async def feed(ctx: Context):
    """Answer with the ten newest published articles. `ctx.db` reads as the system, so the filter is ours to give."""
    articles = await ctx.db.find("articles", {"status": "published"}, sort="-publishedAt", limit=NEWEST)
    return Response(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": ctx.config.label,
            "items": [item(article, ctx.config.namespace) for article in articles],
        }
    )


def item(article: dict, namespace: str) -> dict:
    """Return an article as an item of the feed."""
    return {
        "id": article["id"],
        "url": f"/api/{namespace}/articles/{article['id']}",
        "title": article["title"],
        "content_text": " ".join((article.get("body") or "").split())[:TEASER],
        "date_published": article.get("publishedAt"),
        "tags": article.get("tags") or [],
    }
