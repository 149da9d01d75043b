import { beforeEach, describe, expect, it } from "vitest";
import { type Change, type Message, moved, type Ports, type SourceHandlers, Stream } from "./stream";

interface Opened {
  channels: string[];
  lastId: string | null;
  handlers: SourceHandlers;
  isClosed: boolean;
}

/** A world in which time passes when it is told to, and the server says what a test has it say. */
class World implements Ports {
  readonly opened: Opened[] = [];
  readonly changes: { connection: string; body: object }[] = [];
  doubts = 0;
  answer: (body: { subscribe: string[] }) => Promise<Change> = async ({ subscribe }) => ({
    channels: Object.fromEntries(subscribe.map((name) => [name, { recovered: false }])),
    denied: {},
    unsubscribed: [],
  });
  private now = 0;
  private timers: { at: number; run: () => void }[] = [];

  open(channels: string[], lastId: string | null, handlers: SourceHandlers) {
    const source = { channels, lastId, handlers, isClosed: false };
    this.opened.push(source);
    return {
      close: () => {
        source.isClosed = true;
      },
    };
  }

  change(connection: string, body: { subscribe: string[]; unsubscribe: string[] }): Promise<Change> {
    this.changes.push({ connection, body });
    return this.answer(body);
  }

  after(ms: number, run: () => void) {
    const timer = { at: this.now + ms, run };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((one) => one !== timer);
    };
  }

  random() {
    return 0.5;
  }

  onDoubt() {
    this.doubts += 1;
  }

  async pass(ms: number) {
    const until = this.now + ms;
    for (;;) {
      const next = this.timers.filter((one) => one.at <= until).sort((one, other) => one.at - other.at)[0];
      if (!next) break;
      this.timers = this.timers.filter((one) => one !== next);
      this.now = next.at;
      next.run();
      await settled();
    }
    this.now = until;
  }

  get last(): Opened {
    const last = this.opened.at(-1);
    if (!last) throw new Error("nothing was opened");
    return last;
  }

  say(name: string, content: object, id = "") {
    this.last.handlers.onEvent(name, JSON.stringify(content), id);
  }

  ready(id = "e.1", recovered = false) {
    const channels = Object.fromEntries(this.last.channels.map((name) => [name, { recovered }]));
    this.say("ready", { connection: `c${this.opened.length}`, channels, denied: {} }, id);
  }
}

async function settled() {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
}

/** A listener that writes down what it is told. */
function noting() {
  const told: string[] = [];
  return {
    told,
    onMessage: (message: Message) => void told.push(`message ${message.type}`),
    onReset: () => void told.push("reset"),
    onState: (state: string) => void told.push(state),
  };
}

let world: World;
let stream: Stream;

beforeEach(() => {
  world = new World();
  stream = new Stream(world);
});

describe("a stream", () => {
  it("is opened with the first channel, and joined by those that follow", async () => {
    stream.join("content", noting());
    expect(world.last).toMatchObject({ channels: ["content"], lastId: null });
    world.ready();
    stream.join("system", noting());
    stream.join("user:1", noting());
    await world.pass(20);
    const body = { subscribe: ["system", "user:1"], unsubscribe: [], lastEventId: "e.1" };
    expect(world.changes).toEqual([{ connection: "c1", body }]);
    expect(world.opened).toHaveLength(1);
  });

  it("gives each message to the listeners of its channel alone", () => {
    const content = noting();
    const system = noting();
    stream.join("content", content);
    stream.join("system", system);
    world.ready();
    world.say("message", { type: "hello", channel: "content", timestamp: "" }, "e.2");
    expect(content.told).toEqual(["connecting", "open", "reset", "message hello"]);
    expect(system.told).not.toContain("message hello");
  });

  it("leaves a channel that nobody listens to any more, and none that somebody does", async () => {
    const leave = stream.join("content", noting());
    const leaveToo = stream.join("content", noting());
    stream.join("system", noting());
    world.ready();
    await world.pass(20);
    leave();
    await world.pass(20);
    expect(world.changes.map(({ body }) => body)).toEqual([{ subscribe: ["system"], unsubscribe: [] }]);
    leaveToo();
    await world.pass(20);
    expect(world.changes.at(-1)?.body).toEqual({ subscribe: [], unsubscribe: ["content"] });
  });

  it("is given up when nobody listens to anything any more, and opened when somebody does", async () => {
    const leave = stream.join("content", noting());
    world.ready();
    leave();
    await world.pass(20);
    expect([stream.state, world.last.isClosed]).toEqual(["asleep", true]);
    stream.join("system", noting());
    expect(world.last.channels).toEqual(["system"]);
  });

  it("asks for nothing when a channel is left and joined again at once", async () => {
    const leave = stream.join("content", noting());
    world.ready();
    leave();
    stream.join("content", noting());
    await world.pass(20);
    expect(world.changes).toEqual([]);
  });

  it("comes back with the last id, and later the more often it fails", async () => {
    stream.join("content", noting());
    world.ready();
    world.say("message", { type: "hello", channel: "content", timestamp: "" }, "e.7");
    world.last.handlers.onError();
    expect(stream.state).toBe("lost");
    await world.pass(999);
    expect(world.opened).toHaveLength(1);
    await world.pass(1);
    expect(world.last).toMatchObject({ lastId: "e.7", channels: ["content"] });
    world.last.handlers.onError();
    await world.pass(1_999);
    expect(world.opened).toHaveLength(2);
    await world.pass(1);
    expect(world.opened).toHaveLength(3);
    world.ready("e.8", true);
    expect(stream.state).toBe("open");
  });

  it("has everything of a channel read again after a gap that the server tells of", () => {
    const listener = noting();
    stream.join("content", listener);
    world.ready();
    world.say("reset", { channel: "content", reason: "evicted", missed: 3 }, "e.9");
    expect(listener.told).toEqual(["connecting", "open", "reset", "reset"]);
  });

  it("has read again what was shown before anybody knew where it is", async () => {
    const first = noting();
    const second = noting();
    stream.join("content", first);
    stream.join("system", second);
    world.ready("e.5");
    await world.pass(20);
    expect(world.changes.map(({ body }) => body)).toEqual([{ subscribe: ["system"], unsubscribe: [] }]);
    expect([first.told.at(-1), second.told.at(-1)]).toEqual(["reset", "reset"]);
  });

  it("begins a later channel where it was when somebody began to listen, and the others with the first", async () => {
    const later = noting();
    stream.join("content", noting());
    world.ready("e.5");
    const leave = stream.join("system", noting());
    await world.pass(20);
    leave();
    await world.pass(20);
    world.say("message", { type: "hello", channel: "content", timestamp: "" }, "e.8");
    stream.join("user:1", later);
    world.say("message", { type: "hello", channel: "content", timestamp: "" }, "e.9");
    stream.join("system", noting());
    await world.pass(20);
    expect(world.changes.at(-1)?.body).toEqual({
      subscribe: ["user:1", "system"],
      unsubscribe: [],
      lastEventId: "e.8",
    });
    expect(later.told).toEqual(["connecting", "open"]);
  });

  it("has everything read again where it came back without an id", async () => {
    const listener = noting();
    stream.join("content", listener);
    world.ready("");
    world.last.handlers.onError();
    await world.pass(1_000);
    world.ready("");
    expect(listener.told).toEqual(["connecting", "open", "reset", "connecting", "open", "reset"]);
  });

  it("says nothing of a reset where it came back with an id and has missed nothing", async () => {
    const listener = noting();
    stream.join("content", listener);
    world.ready("e.1");
    world.last.handlers.onError();
    await world.pass(1_000);
    world.ready("e.1", true);
    expect(listener.told).toEqual(["connecting", "open", "reset", "connecting", "open"]);
  });

  it("has read again what was shown when it was lost before the server knew that it is listened to", async () => {
    const known = noting();
    const fresh = noting();
    stream.join("content", known);
    world.ready("e.1");
    stream.join("system", fresh);
    world.say("message", { type: "hello", channel: "content", timestamp: "" }, "e.2");
    world.last.handlers.onError();
    await world.pass(1_000);
    world.ready("e.2", true);
    expect([known.told.at(-1), fresh.told.at(-1)]).toEqual(["open", "reset"]);
  });

  it("ends and has the session asked for when it has expired", async () => {
    stream.join("content", noting());
    world.ready();
    world.say("expired", {});
    expect([stream.state, world.doubts, world.last.isClosed]).toEqual(["ended", 1, true]);
    await world.pass(100_000);
    expect(world.opened).toHaveLength(1);
  });

  it("goes on where it was when somebody has signed in again", async () => {
    stream.join("content", noting());
    world.ready("e.3");
    world.say("expired", {});
    stream.revive();
    expect(world.last).toMatchObject({ channels: ["content"], lastId: "e.3", isClosed: false });
    stream.revive();
    expect(world.opened).toHaveLength(2);
  });

  it("does not come back by itself when it was ended by a hook", async () => {
    stream.join("content", noting());
    world.ready();
    world.say("disconnected", {});
    await world.pass(100_000);
    expect([stream.state, world.doubts, world.opened.length]).toEqual(["ended", 0, 1]);
  });

  it("comes back soon after a server that closes, and not soon to one that is overloaded", async () => {
    stream.join("content", noting());
    world.ready();
    world.say("closing", {});
    await world.pass(2_000);
    expect(world.opened).toHaveLength(2);
    world.say("overloaded", { code: "too_many_connections" });
    await world.pass(14_999);
    expect(world.opened).toHaveLength(2);
    await world.pass(1);
    expect(world.opened).toHaveLength(3);
  });

  it("sleeps half a minute after its tab was hidden, and goes on where it was when it is seen again", async () => {
    stream.join("content", noting());
    world.ready("e.4");
    stream.hide();
    await world.pass(29_999);
    expect(stream.state).toBe("open");
    await world.pass(1);
    expect([stream.state, world.last.isClosed]).toEqual(["asleep", true]);
    stream.show();
    expect(world.last).toMatchObject({ lastId: "e.4", isClosed: false });
  });

  it("stays open where its tab is hidden only for a moment", async () => {
    stream.join("content", noting());
    world.ready();
    stream.hide();
    await world.pass(10_000);
    stream.show();
    await world.pass(60_000);
    expect([stream.state, world.opened.length]).toEqual(["open", 1]);
  });

  it("closes a channel that is refused, and asks for it again only when told to", async () => {
    const listener = noting();
    world.answer = async () => ({ channels: {}, denied: { _hooks: "forbidden" }, unsubscribed: [] });
    stream.join("content", noting());
    world.ready();
    stream.join("_hooks", listener);
    await world.pass(100);
    expect(listener.told).toEqual(["connecting", "closed"]);
    expect(world.changes).toHaveLength(1);
    stream.reconsider();
    await world.pass(20);
    expect(world.changes).toHaveLength(2);
  });

  it("closes a channel that is taken away", () => {
    const listener = noting();
    stream.join("content", listener);
    world.ready();
    world.say("denied", { channel: "content", reason: "forbidden" });
    expect(listener.told.at(-1)).toBe("closed");
  });

  it("opens another connection where the server does not know this one any more", async () => {
    world.answer = () => Promise.reject(new Error("unknown_connection"));
    stream.join("content", noting());
    world.ready();
    stream.join("system", noting());
    await world.pass(20);
    expect(stream.state).toBe("lost");
    await world.pass(1_000);
    expect(world.last.channels).toEqual(["content", "system"]);
  });

  it("hears nothing of a connection that it has given up", () => {
    const listener = noting();
    stream.join("content", listener);
    const first = world.last;
    stream.renew();
    first.handlers.onEvent("message", '{"type":"old","channel":"content"}', "e.1");
    first.handlers.onError();
    expect(listener.told).not.toContain("message old");
    expect(stream.state).toBe("connecting");
  });

  it("keeps who is there up to date", () => {
    const seen: string[][] = [];
    stream.join("room", { ...noting(), onPresence: ({ users }) => void seen.push(users) });
    const channels = { room: { recovered: false, presence: { users: ["ann"], anonymous: 0 } } };
    world.say("ready", { connection: "c1", channels, denied: {} }, "e.1");
    world.say("message", { type: "presence", channel: "room", status: "online", userId: "ben" });
    world.say("message", { type: "presence", channel: "room", status: "offline", userId: "ann" });
    expect(seen).toEqual([["ann"], ["ann", "ben"], ["ben"]]);
  });

  it("knows of who came to a channel before the answer that it was joined", async () => {
    const seen: string[][] = [];
    const presence = { users: ["ann"], anonymous: 0 };
    stream.join("content", noting());
    world.ready();
    let answer: (change: Change) => void = () => {};
    world.answer = () => new Promise((resolve) => (answer = resolve));
    stream.join("room", { ...noting(), onPresence: ({ users }) => void seen.push(users) });
    await world.pass(20);
    world.say("subscribed", { channels: { room: { recovered: false, presence } } }, "e.2");
    world.say("message", { type: "presence", channel: "room", status: "online", userId: "ben" });
    answer({ channels: { room: { recovered: false, presence } }, denied: {}, unsubscribed: [] });
    await settled();
    expect(seen).toEqual([["ann"], ["ann", "ben"]]);
  });
});

it("counts nobody twice who comes in once more", () => {
  const message = { type: "presence", channel: "room", timestamp: "", status: "online", userId: "ann" };
  expect(moved({ users: ["ann", "ben"], anonymous: 1 }, message)).toEqual({ users: ["ben", "ann"], anonymous: 1 });
});
