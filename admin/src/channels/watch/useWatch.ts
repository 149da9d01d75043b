import { useCallback, useEffect, useRef, useState } from "react";
import { api } from "../../server/api";
import { added, cleared, EMPTY, type Entry, type Feed, paused, resumed } from "./feed";
import { NAMED, Reader, type WatchState } from "./source";

/** How often what has come is shown: a channel may have a thousand messages a second. */
const SHOW_MS = 150;

export interface Replay {
  /** How many of the messages that are kept come first. */
  lastN: number;
  /** `10m`: how old they may be; "" is any age. */
  maxAge: string;
}

export interface Watch {
  state: WatchState;
  feed: Feed;
  /** Why the server refuses, where it does. */
  refusal: unknown;
  start: (replay: Replay) => void;
  stop: () => void;
  pause: () => void;
  resume: () => void;
  clear: () => void;
}

/** Watch a channel as an admin, from `start` to `stop` or until the component is gone. */
export function useWatch(channel: string): Watch {
  const [state, setState] = useState<WatchState>("stopped");
  const [feed, setFeed] = useState<Feed>(EMPTY);
  const [refusal, setRefusal] = useState<unknown>(null);
  const end = useRef<(() => void) | null>(null);

  const stop = useCallback(() => {
    end.current?.();
    end.current = null;
    setState("stopped");
  }, []);

  const start = useCallback(
    (replay: Replay) => {
      end.current?.();
      setRefusal(null);
      setFeed(EMPTY);
      setState("connecting");
      end.current = listen(channel, replay, {
        onEntries: (entries) => setFeed((before) => added(before, entries)),
        onState: setState,
        onRefusal: setRefusal,
      });
    },
    [channel],
  );

  useEffect(() => () => end.current?.(), []);

  return {
    state,
    feed,
    refusal,
    start,
    stop,
    pause: () => setFeed(paused),
    resume: () => setFeed(resumed),
    clear: () => setFeed(cleared),
  };
}

interface Listener {
  onEntries: (entries: Entry[]) => void;
  onState: (state: WatchState) => void;
  onRefusal: (error: unknown) => void;
}

/** Open the stream; return what closes it. */
function listen(channel: string, replay: Replay, { onEntries, onState, onRefusal }: Listener): () => void {
  const path = `_channels/${encodeURIComponent(channel)}`;
  const source = new EventSource(api.url(`${path}/messages`, { lastN: replay.lastN, maxAge: replay.maxAge || null }));
  const reader = new Reader(() => new Date().toISOString());
  const asking = new AbortController();
  let waiting: Entry[] = [];
  const show = () => {
    if (waiting.length > 0) onEntries(waiting);
    waiting = [];
  };
  const timer = setInterval(show, SHOW_MS);
  const close = () => {
    clearInterval(timer);
    source.close();
    asking.abort();
  };
  const take = (event: MessageEvent<string>) => {
    const { entry, state } = reader.read({ name: event.type, data: event.data, id: event.lastEventId });
    if (entry) waiting.push(entry);
    if (state) onState(state);
    if (state !== "refused") return;
    show();
    close();
  };
  for (const name of ["message", ...NAMED]) source.addEventListener(name, take);
  source.onerror = () => {
    const entry = reader.lost();
    if (entry) waiting.push(entry);
    onState("lost");
    // It tries again by itself, unless the answer was no stream: then somebody has to ask why.
    if (source.readyState !== EventSource.CLOSED) return;
    show();
    onState("refused");
    api.get(path, { signal: asking.signal }).catch((error: unknown) => {
      if (!asking.signal.aborted) onRefusal(error);
    });
  };
  return close;
}
