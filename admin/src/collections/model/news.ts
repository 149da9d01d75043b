import type { Message } from "../../server/stream";

/** What has happened to documents since it was looked at last, by id. */
export interface News {
  inserted: Set<string>;
  /** With the names of the fields that have changed. */
  updated: Map<string, readonly string[]>;
  removed: Set<string>;
  /** More than is told one by one: everything is to be read again. */
  all: boolean;
}

const FIRST_MS = 50;
export const PAUSE_MS = 500;
/** More ids than this are only counted as this many. */
export const MOST_IDS = 500;

/** Runs something later; what it returns prevents that. */
export type After = (ms: number, run: () => void) => () => void;

/**
 * Collects messages of a collection's channel and hands them over: soon where it was quiet, at most once in PAUSE_MS
 * otherwise, and never while what was handed over last is still being dealt with.
 */
export class Collector {
  private news = nothing();
  private cancel: (() => void) | null = null;
  private busy = false;

  constructor(
    private readonly deal: (news: News) => Promise<void>,
    private readonly after: After,
  ) {}

  add(message: Pick<Message, "type"> & { id?: unknown; fields?: unknown }): void {
    if (message.type === "revalidate") this.news.all = true;
    if (typeof message.id === "string") note(this.news, message.type, message.id, namesIn(message.fields));
    if (!this.busy && this.cancel === null && !isNothing(this.news)) this.schedule(FIRST_MS);
  }

  close(): void {
    this.cancel?.();
    this.cancel = null;
    this.busy = true;
  }

  private schedule(ms: number): void {
    this.cancel = this.after(ms, () => void this.flush());
  }

  private async flush(): Promise<void> {
    this.cancel = null;
    if (isNothing(this.news)) return;
    const news = this.news;
    this.news = nothing();
    this.busy = true;
    await this.deal(news).catch(() => {});
    this.busy = false;
    this.schedule(PAUSE_MS);
  }
}

export function nothing(): News {
  return { inserted: new Set(), updated: new Map(), removed: new Set(), all: false };
}

function isNothing({ inserted, updated, removed, all }: News): boolean {
  return !all && inserted.size + updated.size + removed.size === 0;
}

/** Note one change; what came and went again is no news. */
export function note(news: News, type: string, id: string, fields: readonly string[] = []): void {
  const { inserted, updated, removed } = news;
  if (type === "inserted") {
    removed.delete(id);
    if (inserted.size < MOST_IDS) inserted.add(id);
  } else if (type === "updated") {
    if (inserted.has(id) || (updated.size >= MOST_IDS && !updated.has(id))) return;
    updated.set(id, [...new Set([...(updated.get(id) ?? []), ...fields])]);
  } else if (type === "removed") {
    updated.delete(id);
    if (!inserted.delete(id) && removed.size < MOST_IDS) removed.add(id);
  }
}

function namesIn(fields: unknown): string[] {
  return Array.isArray(fields) ? fields.map(String) : [];
}
