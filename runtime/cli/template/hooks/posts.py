"""Hooks of collections/posts.yml. What is saved here counts from the next request on."""

from datetime import UTC, datetime

from runtime import Context, Reject


def no_shouting(ctx: Context) -> None:
    """Refuse titles in capitals. A plain function runs in a thread of its own, so it may take its time."""
    title = (ctx.document or {}).get("title", "")
    if len(title) > 3 and title.isupper():
        raise Reject(422, "titles are not shouted", errors={"title": "is all in capitals"})


async def stamp(ctx: Context) -> None:
    """Note when a post is published for the first time."""
    post = ctx.document or {}
    if post.get("status") == "published" and not post.get("publishedAt"):
        post["publishedAt"] = datetime.now(UTC).isoformat(timespec="milliseconds")
