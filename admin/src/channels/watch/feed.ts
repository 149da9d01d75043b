/** What is shown of a watched channel: its messages, and what happened to the stream between them. */
export type Entry = MessageEntry | NoteEntry;

export interface MessageEntry {
  key: number;
  kind: "message";
  type: string;
  /** When it was sent, as its `timestamp` says. */
  at: string;
  body: Record<string, unknown>;
  /** Whether it is not kept by the channel. */
  transient: boolean;
}

export type Note = "reset" | "denied" | "expired" | "disconnected" | "closing" | "overloaded" | "lost" | "back";

export interface NoteEntry {
  key: number;
  kind: "note";
  note: Note;
  at: string;
  /** Of a reset: why. */
  reason: string | null;
  /** How many messages were missed, where that is known. */
  missed: number | null;
}

export interface Feed {
  /** What is shown, oldest first: MOST_SHOWN at most. */
  entries: readonly Entry[];
  /** What came since `isPaused`, oldest first: MOST_SHOWN at most. */
  held: readonly Entry[];
  /** How many messages came since then, also those that are no longer held. */
  heldCount: number;
  isPaused: boolean;
  /** How many older messages had to make room. */
  forgotten: number;
}

export const MOST_SHOWN = 500;

export const EMPTY: Feed = { entries: [], held: [], heldCount: 0, isPaused: false, forgotten: 0 };

/** Return the feed with what has come, oldest first; while it is paused, that waits. */
export function added(feed: Feed, entries: readonly Entry[]): Feed {
  if (entries.length === 0) return feed;
  if (!feed.isPaused) return shown(feed, entries);
  const heldCount = feed.heldCount + countMessages(entries);
  return { ...feed, held: [...feed.held, ...entries].slice(-MOST_SHOWN), heldCount };
}

export function paused(feed: Feed): Feed {
  return { ...feed, isPaused: true };
}

/** Return the feed going on: with what was held, and a count of what could not be. */
export function resumed(feed: Feed): Feed {
  const lost = feed.heldCount - countMessages(feed.held);
  const forgotten = feed.forgotten + lost + (lost > 0 ? countMessages(feed.entries) : 0);
  // What was shown before a hole of unknown messages would pretend that there was none.
  const entries = lost > 0 ? [] : feed.entries;
  return shown({ ...feed, entries, held: [], heldCount: 0, isPaused: false, forgotten }, feed.held);
}

/** Return the feed with nothing in it; a pause goes on. */
export function cleared(feed: Feed): Feed {
  return { ...EMPTY, isPaused: feed.isPaused };
}

export interface Filter {
  /** A type of messages, or "" for all. */
  type: string;
  search: string;
}

/** Return what fits a filter. What happened to the stream always does: it says what the messages do not. */
export function filtered(entries: readonly Entry[], { type, search }: Filter): readonly Entry[] {
  const needle = search.trim().toLowerCase();
  if (!type && !needle) return entries;
  return entries.filter((entry) => {
    if (entry.kind === "note") return true;
    if (type && entry.type !== type) return false;
    return !needle || JSON.stringify(entry.body).toLowerCase().includes(needle);
  });
}

/** Return the types of messages that there are to choose from: those that are declared, and those that have come. */
export function typesOf(declared: readonly string[], entries: readonly Entry[]): string[] {
  const seen = entries.flatMap((entry) => (entry.kind === "message" ? [entry.type] : []));
  return [...new Set([...declared, ...seen])].sort();
}

export function countMessages(entries: readonly Entry[]): number {
  return entries.reduce((count, entry) => count + (entry.kind === "message" ? 1 : 0), 0);
}

function shown(feed: Feed, entries: readonly Entry[]): Feed {
  const all = [...feed.entries, ...entries];
  const gone = all.slice(0, Math.max(0, all.length - MOST_SHOWN));
  return { ...feed, entries: all.slice(gone.length), forgotten: feed.forgotten + countMessages(gone) };
}
