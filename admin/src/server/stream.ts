/** A message of a channel, as hooks, jobs and the server send it. */
export interface Message {
  type: string;
  channel: string;
  timestamp: string;
  [key: string]: unknown;
}

/** Who is on a channel. */
export interface Presence {
  users: string[];
  anonymous: number;
}

/** `closed`: the server has refused this channel. */
export type ChannelState = "connecting" | "open" | "closed";

/** `asleep`: given up while nobody looks; `ended`: it does not come back by itself. */
export type StreamState = "connecting" | "open" | "lost" | "asleep" | "ended";

export interface Listener {
  onMessage: (message: Message) => void;
  onReset?: () => void;
  onPresence?: (presence: Presence) => void;
  onState?: (state: ChannelState) => void;
}

interface ChannelNote {
  recovered: boolean;
  missed?: number;
  presence?: Presence;
}

export interface Change {
  channels: Record<string, ChannelNote>;
  denied: Record<string, string>;
  unsubscribed: string[];
}

/** What a stream needs of the world; in the tests, a world of their own. */
export interface Ports {
  /** Open a connection; `onEvent` is told each event with its name (`message` for messages) and the last id. */
  open(channels: string[], lastId: string | null, handlers: SourceHandlers): { close(): void };
  change(
    connection: string,
    body: { subscribe: string[]; unsubscribe: string[]; lastEventId?: string },
  ): Promise<Change>;
  /** Run something later; returns what calls it off. */
  after(ms: number, run: () => void): () => void;
  random(): number;
  /** The session has ended, or may have: somebody should ask the server. */
  onDoubt(): void;
}

export interface SourceHandlers {
  onEvent(name: string, data: string, id: string): void;
  onError(): void;
}

interface Topic {
  listeners: Set<Listener>;
  state: ChannelState;
  /** Up to where in the stream nothing of it was missed: what was read began after that. Null where nobody knows. */
  since: string | null;
  presence: Presence | null;
}

const SYNC_MS = 20;
const GIVE_UP_HIDDEN_MS = 30_000;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;
const OVERLOADED_MS = 10_000;
/** The server allows a hundred; and all of them have to fit into a URL. */
const MOST_IN_URL = 40;

/** One event stream for all channels that anything on the page listens to. It comes back by itself where it left. */
export class Stream {
  state: StreamState = "asleep";
  private readonly topics = new Map<string, Topic>();
  private readonly watchers = new Set<() => void>();
  private source: { close(): void } | null = null;
  private connection: string | null = null;
  private joined = new Set<string>();
  private lastId: string | null = null;
  private failures = 0;
  private changing = false;
  private cancelRetry: (() => void) | null = null;
  private cancelSync: (() => void) | null = null;
  private cancelHide: (() => void) | null = null;

  constructor(private readonly ports: Ports) {}

  /** Listen to a channel until the returned function is called. */
  join(channel: string, listener: Listener): () => void {
    const topic = this.begun(channel);
    topic.listeners.add(listener);
    listener.onState?.(topic.state);
    if (topic.presence) listener.onPresence?.(topic.presence);
    if (this.state === "asleep" && !this.cancelHide) this.connect();
    else this.syncSoon();
    return () => {
      topic.listeners.delete(listener);
      this.syncSoon();
    };
  }

  /** Be told whenever `state` changes. */
  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /** Nobody looks: the stream is given up in half a minute. */
  hide(): void {
    this.cancelHide ??= this.ports.after(GIVE_UP_HIDDEN_MS, () => this.drop("asleep"));
  }

  /** Somebody looks again: the stream goes on where it was. */
  show(): void {
    this.cancelHide?.();
    this.cancelHide = null;
    if (this.state === "asleep" || this.state === "lost") this.connect();
  }

  /** Somebody is signed in again: go on, also where the stream had ended. */
  revive(): void {
    if (this.state !== "ended") return;
    this.become("asleep");
    this.show();
  }

  /** The network has changed under the connection: make another. */
  renew(): void {
    if (this.state === "ended" || this.state === "asleep") return;
    this.connect();
  }

  /** Ask once more for the channels that were refused: roles or declarations have changed. */
  reconsider(): void {
    for (const topic of this.topics.values()) if (topic.state === "closed") this.setState(topic, "connecting");
    this.syncSoon();
  }

  private connect(): void {
    this.drop("connecting");
    const wanted = this.wanted();
    if (wanted.length === 0) {
      this.drop("asleep");
      return;
    }
    for (const name of wanted) this.setState(this.topic(name), "connecting");
    const asked = wanted.slice(0, MOST_IN_URL);
    const source = this.ports.open(asked, this.lastId, {
      onEvent: (name, data, id) => {
        if (this.source === source) this.take(name, data, id);
      },
      onError: () => {
        if (this.source === source) this.fail();
      },
    });
    this.source = source;
  }

  private take(name: string, data: string, id: string): void {
    const from = this.lastId;
    if (id) this.lastId = id;
    const content: unknown = data ? JSON.parse(data) : {};
    if (name === "message") this.deliver(content as Message);
    else if (name === "ready") this.ready(content as Change & { connection: string }, from);
    else if (name === "subscribed") this.seat(content as Pick<Change, "channels">);
    else if (name === "reset") this.each((content as { channel: string }).channel, (one) => one.onReset?.());
    else if (name === "denied") this.deny((content as { channel: string }).channel);
    else if (name === "closing") this.retryIn(FIRST_RETRY_MS * (1 + 2 * this.ports.random()));
    else if (name === "overloaded") this.retryIn(OVERLOADED_MS * (1 + this.ports.random()));
    else if (name === "disconnected") this.drop("ended");
    else if (name === "expired") {
      this.drop("ended");
      this.ports.onDoubt();
    }
  }

  private ready(content: Change & { connection: string }, from: string | null): void {
    this.connection = content.connection;
    this.failures = 0;
    this.joined = new Set(Object.keys(content.channels));
    this.become("open");
    for (const known of this.joined) this.topic(known).presence = null;
    this.admit(content, ({ since }) => from !== null && since === from);
    this.syncSoon();
  }

  /** Take over what the server says of channels. Of what goes on where it was, `reset` tells what was missed. */
  private admit(change: Pick<Change, "channels" | "denied">, goesOn: (topic: Topic) => boolean): void {
    for (const [name, note] of Object.entries(change.channels)) {
      const topic = this.topic(name);
      this.setState(topic, "open");
      // Who came since is known from the stream, where it was faster than this answer.
      if (note.presence && !topic.presence) this.tellPresence(topic, note.presence);
      // What is shown was read before the channel began.
      if (!goesOn(topic)) this.each(name, (one) => one.onReset?.());
    }
    for (const name of Object.keys(change.denied)) this.deny(name);
  }

  /** Take over who is there, at the place in the stream from which on it tells who comes and goes. */
  private seat(change: Pick<Change, "channels">): void {
    for (const [name, { presence }] of Object.entries(change.channels)) {
      const topic = this.topics.get(name);
      if (topic && presence) this.tellPresence(topic, presence);
    }
  }

  private deny(name: string): void {
    this.leave(name);
    this.setState(this.topic(name), "closed");
  }

  private deliver(message: Message): void {
    const topic = this.topics.get(message.channel);
    if (!topic) return;
    if (message.type === "presence" && topic.presence) this.tellPresence(topic, moved(topic.presence, message));
    this.each(message.channel, (one) => one.onMessage(message));
  }

  private tellPresence(topic: Topic, presence: Presence): void {
    topic.presence = presence;
    for (const one of [...topic.listeners]) one.onPresence?.(presence);
  }

  private fail(): void {
    // An EventSource does not tell why: it may be the network, or that nobody is signed in any more.
    this.ports.onDoubt();
    const delay = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.failures);
    this.failures += 1;
    this.retryIn(delay * (0.5 + this.ports.random()));
  }

  private retryIn(ms: number): void {
    this.drop("lost");
    this.cancelRetry = this.ports.after(ms, () => this.connect());
  }

  private drop(state: StreamState): void {
    this.source?.close();
    this.cancelRetry?.();
    this.cancelSync?.();
    this.source = this.connection = this.cancelRetry = this.cancelSync = null;
    for (const name of [...this.joined]) this.leave(name);
    this.become(state);
  }

  private syncSoon(): void {
    this.cancelSync?.();
    this.cancelSync = this.ports.after(SYNC_MS, () => void this.sync());
  }

  /** Have the server's list of our channels be what is listened to here. */
  private async sync(): Promise<void> {
    this.cancelSync = null;
    for (const [name, topic] of this.topics) {
      if (topic.listeners.size === 0 && !this.joined.has(name)) this.topics.delete(name);
    }
    const connection = this.connection;
    if (connection === null || this.changing) return;
    const wanted = this.wanted();
    if (wanted.length === 0) {
      this.drop("asleep");
      return;
    }
    const subscribe = wanted.filter((name) => !this.joined.has(name) && this.topics.get(name)?.state !== "closed");
    const unsubscribe = [...this.joined].filter((name) => !wanted.includes(name));
    if (subscribe.length === 0 && unsubscribe.length === 0) return;
    // All begin where the first of them does, for none is to miss what came since it is listened to.
    const since = this.topics.get(subscribe[0] ?? "")?.since ?? null;
    this.changing = true;
    try {
      const lastEventId = since === null ? {} : { lastEventId: since };
      const change = await this.ports.change(connection, { subscribe, unsubscribe, ...lastEventId });
      if (this.connection !== connection) return;
      for (const name of Object.keys(change.channels)) this.joined.add(name);
      for (const name of unsubscribe) {
        this.joined.delete(name);
        const topic = this.topics.get(name);
        if (topic) topic.presence = null;
      }
      this.admit(change, () => since !== null);
      this.syncSoon();
    } catch {
      if (this.connection === connection) this.fail();
    } finally {
      this.changing = false;
    }
  }

  private wanted(): string[] {
    return [...this.topics].filter(([, topic]) => topic.listeners.size > 0).map(([name]) => name);
  }

  /** Return a channel that is going to be listened to; the map has them in the order in which that began. */
  private begun(name: string): Topic {
    const topic = this.topic(name);
    if (topic.listeners.size > 0 || this.joined.has(name)) return topic;
    topic.since = this.lastId;
    this.topics.delete(name);
    this.topics.set(name, topic);
    return topic;
  }

  private topic(name: string): Topic {
    const known = this.topics.get(name);
    if (known) return known;
    const topic: Topic = { listeners: new Set(), state: "connecting", since: null, presence: null };
    this.topics.set(name, topic);
    return topic;
  }

  private leave(name: string): void {
    const topic = this.topics.get(name);
    if (topic && this.joined.delete(name)) topic.since = this.lastId;
  }

  private setState(topic: Topic, state: ChannelState): void {
    if (topic.state === state) return;
    topic.state = state;
    for (const one of [...topic.listeners]) one.onState?.(state);
  }

  private each(name: string, tell: (listener: Listener) => void): void {
    for (const one of [...(this.topics.get(name)?.listeners ?? [])]) tell(one);
  }

  private become(state: StreamState): void {
    if (this.state === state) return;
    this.state = state;
    for (const watcher of [...this.watchers]) watcher();
  }
}

/** Return who is there after a `presence` message. */
export function moved(presence: Presence, message: Message): Presence {
  const id = String(message.userId ?? "");
  const others = presence.users.filter((user) => user !== id);
  return { ...presence, users: message.status === "online" ? [...others, id] : others };
}
