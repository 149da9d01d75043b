"""A report on one article: how long it is, what it talks about, what its readers say."""

import re
from collections import Counter

from runtime import JobContext

WORDS_PER_MINUTE = 220
LONG_WORD = 6


async def run(ctx: JobContext):
    """Measure the article; the progress and the result go to the editor who asked."""
    article = await ctx.db.get("articles", ctx.input["articleId"])
    if article is None:
        raise LookupError(f"there is no article {ctx.input['articleId']!r}")
    ctx.progress(30, "counting words")
    words = re.findall(r"\w+", (article.get("body") or "").lower())
    often = Counter(word for word in words if len(word) >= LONG_WORD)
    ctx.progress(70, "reading comments")
    return {
        "articleId": article["id"],
        "title": article["title"],
        "words": len(words),
        "readingMinutes": max(1, round(len(words) / WORDS_PER_MINUTE)),
        "topics": [word for word, _ in often.most_common(5)],
        "comments": await ctx.db.count("comments", {"article": article["id"], "approved": True}),
        "waiting": await ctx.db.count("comments", {"article": article["id"], "approved": False}),
    }
