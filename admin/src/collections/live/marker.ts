import type { After } from "../model/news";
import type { Mark, Marks } from "./marks";

const SHOWN_MS = 2_500;

/**
 * Marks documents. A mark goes by itself, a while after it was set last, but for that of what is gone.
 *
 * `show` is called with all marks whenever they change.
 */
export class Marker {
  private marks: Marks = new Map();
  private readonly ends = new Map<string, () => void>();

  constructor(
    private readonly show: (marks: Marks) => void,
    private readonly after: After,
  ) {}

  mark(ids: readonly string[], mark: Mark): void {
    if (ids.length === 0) return;
    this.keep(ids);
    this.set(new Map([...this.marks, ...ids.map((id) => [id, mark] as const)]));
    if (mark === "gone") return;
    const end = this.after(SHOWN_MS, () => this.end(end));
    for (const id of ids) this.ends.set(id, end);
  }

  clear(): void {
    this.close();
    if (this.marks.size > 0) this.set(new Map());
  }

  close(): void {
    for (const end of this.ends.values()) end();
    this.ends.clear();
  }

  /** Have what was marked before not end the mark that comes now. */
  private keep(ids: readonly string[]): void {
    for (const id of ids) this.ends.delete(id);
  }

  private end(ended: () => void): void {
    const ids = new Set([...this.ends].flatMap(([id, end]) => (end === ended ? [id] : [])));
    if (ids.size === 0) return;
    this.keep([...ids]);
    this.set(new Map([...this.marks].filter(([id]) => !ids.has(id))));
  }

  private set(marks: Marks): void {
    this.marks = marks;
    this.show(marks);
  }
}
