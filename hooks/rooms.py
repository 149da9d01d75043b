"""The rooms of the newsroom: who may come in, what is said there, and who has left."""

from runtime import ChannelContext, Reject

ROOMS = {
    "lobby": None,  # everybody who is signed in
    "breaking": {"editor", "author", "admin"},  # the desk for breaking news
}


async def may_join(ctx: ChannelContext):
    """Let those in whose room it is. Nobody else comes further: not to listen, not to send, not to see who is there."""
    room = ctx.channel.parameters["room"]
    if room not in ROOMS:
        raise Reject(404, f"there is no room {room!r}", code="unknown_room")
    roles = ROOMS[room]
    if roles is not None and not roles & ctx.user.roles:
        raise Reject(403, "this room is for those who write", code="not_your_room")


async def on_chat(ctx: ChannelContext):
    """Send on what somebody said. Who that was is for the session to say, not for the message."""
    content = ctx.message["content"].strip()
    if not content:
        raise Reject(422, "say something", errors={"content": "is empty"})
    await ctx.realtime.send(ctx.channel.name, {"type": "chat", "userId": ctx.user.id, "content": content})


async def left(ctx: ChannelContext):
    """Note when nobody is left at the desk for breaking news: somebody should be."""
    if ctx.channel.parameters["room"] != "breaking":
        return
    present = await ctx.realtime.presence(ctx.channel.name)
    if not present["users"]:
        ctx.log.warning("desk_unattended", last=ctx.user.id)
