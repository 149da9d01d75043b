"""Channels and event streams: the hub of one project and what it says on the wire.

The protocol is that of server-sent events (WHATWG HTML §9.2):

* The first frame is `retry:` and `event: ready`, data `{connection, channels: {name: {recovered, missed?, presence?}},
  denied: {name: reason}}`. `recovered` is true where the client came with an id and everything after it follows; a
  fresh subscription is not recovered and misses nothing. `presence` is `{users: [ids], anonymous: count}` of a channel
  that has it. The frame's id is the place before whatever follows, so that a client which saw nothing else resumes
  without loss.
* Messages are frames of `id:` and `data:` alone, so that `EventSource.onmessage` gets them all; their type is the
  JSON's first member. `event:` is for what the server itself says: `ready`, `subscribed`, `unsubscribed`, `reset`,
  `denied`, `expired`, `disconnected`, `closing`, `overloaded`. A transient message has no id.
* `event: subscribed`, data `{channels: {name: {recovered, missed?, presence?}}}`, comes when a stream has got channels
  while open and everything that they had kept for it has been sent. That comes without ids, where these would go back:
  `subscribed` has the id of the place that all of it leads to. `event: unsubscribed`, data `{channels: [names]}`.
* Messages of the types `presence` and `revalidate` are the server's own, on any channel.
* `id: <epoch>.<seq>`: one sequence per project, so one id resumes any set of channels. A stream gets its frames in the
  order of the sequence over all its channels. An id that this hub cannot have given (another epoch, a number not yet
  reached, no id at all) is answered with `reset`/`epoch` per channel and everything of this epoch that is still kept.
* `event: reset`, data `{channel, reason, missed?}`, stands in the stream where the hole is: its id is that of the last
  message lost. Reasons: `evicted` (over bufferSize), `expired` (over messageTTL), `epoch`, `slow` (this reader did not
  keep up); where messages were lost for both of the first two reasons, the newest loss names it. `missed` is left out
  where nobody knows. Who resumes from before a reset is told again, counted from there.
* `event: denied`, data `{channel, reason}`: permissions changed, this channel ends here. A stream with none left is
  closed.
* `unsubscribed`, `denied`, `expired`, `disconnected` and `closing` carry no id: the last message's stays the place to
  resume.
* Lists and documents that are followed are streams of their own (`live.py`): `event: snapshot`, data `{items}`, then
  `insert` and `update`, data `{item, after}`, and `remove`, data `{id}`; or `ready` and `revalidate`. They have no ids:
  who comes back, or did not read fast enough, gets a snapshot.
* A comment line after `realtime.heartbeat` of silence.
"""
