import type { LogLine, Run, RunState, RunsAnswer, WholeRun } from "./records";

/** What a list of runs shows. */
export interface RunFilter {
  job: string | null;
  state: RunState | null;
}

/** Return pages of runs with what has become of one: changed in its place, new on top, gone where it fits no more. */
export function withRun(pages: RunsAnswer[], run: Run, filter: RunFilter): RunsAnswer[] {
  const fits = (filter.job === null || run.job === filter.job) && (filter.state === null || run.state === filter.state);
  const known = pages.some((page) => page.items.some((one) => one.id === run.id));
  if (known) return pages.map((page) => ({ ...page, items: changed(page.items, run, fits) }));
  const [first, ...rest] = pages;
  const newest = first?.items[0];
  if (!first || !fits || (newest && newest.queuedAt > run.queuedAt)) return pages;
  return [{ ...first, items: [run, ...first.items] }, ...rest];
}

function changed(items: Run[], run: Run, fits: boolean): Run[] {
  if (!items.some((one) => one.id === run.id && one.version <= run.version)) return items;
  return fits ? items.map((one) => (one.id === run.id ? run : one)) : items.filter((one) => one.id !== run.id);
}

/** Return a run with what a message says of it; older news than what is known changes nothing. */
export function renewed(known: WholeRun, run: Run): WholeRun {
  return run.version < known.version ? known : { ...known, ...run };
}

/** How many lines a run's log keeps on the server. */
const LOG_LINES = 200;

/** Return a log with new lines. Those that it has already are known by their time and text. */
export function withLines(log: LogLine[], fresh: LogLine[]): LogLine[] {
  const last = log.at(-1)?.at ?? "";
  const seen = new Set(log.filter((line) => line.at === last).map(textOf));
  const later = fresh.filter((line) => line.at > last || (line.at === last && !seen.has(textOf(line))));
  return later.length === 0 ? log : [...log, ...later].slice(-LOG_LINES);
}

/** Return a run as it was just read, with lines that a message has brought meanwhile. */
export function reread(fresh: WholeRun, known: WholeRun | undefined): WholeRun {
  if (!known) return fresh;
  const run = known.version > fresh.version ? { ...known, users: fresh.users } : fresh;
  return { ...run, log: withLines(fresh.log, known.log) };
}

function textOf(line: LogLine): string {
  return `${line.level} ${line.message}`;
}
