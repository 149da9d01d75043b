import type { Entry, Note } from "./feed";

/** How a watched stream does. `refused`: it does not come back by itself. */
export type WatchState = "stopped" | "connecting" | "open" | "lost" | "refused";

/** An event of a stream, as a browser's EventSource tells it; `id` is the last one that the stream has given. */
interface Heard {
  name: string;
  data: string;
  id: string;
}

/** The events beside messages. */
export const NAMED = ["ready", "reset", "denied", "expired", "disconnected", "closing", "overloaded"] as const;

/** After these the stream is not opened again by itself. */
const LAST: readonly string[] = ["denied", "expired", "disconnected"];

/** Makes entries of what a stream says. It remembers ids, for a message without one of its own is not kept. */
export class Reader {
  private count = 0;
  private lastId = "";
  private wasOpen = false;
  private isLost = false;

  constructor(private readonly now: () => string) {}

  /** Return what an event has to show, and whether the stream has ended for good. */
  read({ name, data, id }: Heard): { entry: Entry | null; state: WatchState | null } {
    const transient = name === "message" && id === this.lastId;
    this.lastId = id;
    const content = data ? (JSON.parse(data) as Record<string, unknown>) : {};
    if (name === "message") return { entry: this.message(content, transient), state: null };
    if (name === "ready") {
      const entry = this.wasOpen ? this.note("back") : null;
      this.wasOpen = true;
      this.isLost = false;
      return { entry, state: "open" };
    }
    const entry = this.note(name as Note, content);
    if (LAST.includes(name)) return { entry, state: "refused" };
    if (name === "reset") return { entry, state: null };
    this.isLost = true;
    return { entry, state: "lost" };
  }

  /** Return what is shown when the connection has broken: once, however often it is tried again. */
  lost(): Entry | null {
    if (this.isLost) return null;
    this.isLost = true;
    return this.note("lost");
  }

  private message(body: Record<string, unknown>, transient: boolean): Entry {
    const { type, timestamp } = body;
    const at = typeof timestamp === "string" ? timestamp : this.now();
    return { key: this.count++, kind: "message", type: String(type ?? ""), at, body, transient };
  }

  private note(note: Note, content: Record<string, unknown> = {}): Entry {
    const reason = typeof content.reason === "string" ? content.reason : null;
    const missed = typeof content.missed === "number" ? content.missed : null;
    return { key: this.count++, kind: "note", note, at: this.now(), reason, missed };
  }
}
