import { createContext, useContext, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { api, url } from "./api";
import { type ChannelState, type Message, type Ports, type Presence, Stream, type StreamState } from "./stream";

export type { ChannelState, Message, Presence } from "./stream";

/** The events beside messages, which an EventSource tells only to those who ask for them by name. */
const NAMED = ["ready", "subscribed", "reset", "denied", "expired", "disconnected", "closing", "overloaded"];

export const StreamContext = createContext<Stream | null>(null);

/** Return a stream over this browser's EventSource. `onDoubt` is called where the session may have ended. */
export function browserStream(onDoubt: () => void): Stream {
  const ports: Ports = {
    open(channels, lastId, { onEvent, onError }) {
      const source = new EventSource(url("_events", { channels: channels.join(","), lastEventId: lastId }));
      const take = (event: MessageEvent<string>) => onEvent(event.type, event.data, event.lastEventId);
      for (const name of ["message", ...NAMED]) source.addEventListener(name, take);
      source.onerror = onError;
      return source;
    },
    change: (connection, body) => api.post(`_events/${connection}`, body),
    after(ms, run) {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
    random: Math.random,
    onDoubt,
  };
  return new Stream(ports);
}

/** Have a stream sleep while the tab is hidden, and begin anew when the network is back. Returns what ends that. */
export function attend(stream: Stream): () => void {
  const look = () => (document.hidden ? stream.hide() : stream.show());
  const renew = () => stream.renew();
  document.addEventListener("visibilitychange", look);
  window.addEventListener("online", renew);
  return () => {
    document.removeEventListener("visibilitychange", look);
    window.removeEventListener("online", renew);
  };
}

function useStream(): Stream {
  const stream = useContext(StreamContext);
  if (stream === null) throw new Error("channels are for what is shown to those who are signed in");
  return stream;
}

interface ChannelOptions {
  /** Messages were missed: read again what is shown. */
  onReset?: () => void;
  /** Who is on the channel: at first, and whenever that changes. */
  onPresence?: (presence: Presence) => void;
}

/** Listen to a channel, null for none, as long as the component is there. The functions may change at any time. */
export function useChannel(
  channel: string | null,
  onMessage: (message: Message) => void,
  options: ChannelOptions = {},
): { state: ChannelState } {
  const stream = useStream();
  const [state, setState] = useState<ChannelState>("connecting");
  const latest = useRef({ onMessage, ...options });
  useEffect(() => {
    latest.current = { onMessage, ...options };
  });
  useEffect(() => {
    if (channel === null) {
      setState("closed");
      return;
    }
    return stream.join(channel, {
      onMessage: (message) => latest.current.onMessage(message),
      onReset: () => latest.current.onReset?.(),
      onPresence: (presence) => latest.current.onPresence?.(presence),
      onState: setState,
    });
  }, [stream, channel]);
  return { state };
}

/** Return how the page's stream does. */
export function useConnection(): StreamState {
  const stream = useStream();
  return useSyncExternalStore(
    (told) => stream.watch(told),
    () => stream.state,
  );
}
