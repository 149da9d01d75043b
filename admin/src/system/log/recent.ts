import type { LogRecord } from "../records";

/** How many lines are shown: as many as the server keeps. */
export const SHOWN = 1000;

/** Return lines with later ones behind them. */
export function appended(known: LogRecord[], fresh: LogRecord[]): LogRecord[] {
  const last = known.at(-1)?.number ?? 0;
  const later = fresh.filter((line) => line.number > last);
  return later.length === 0 ? known : [...known, ...later].slice(-SHOWN);
}

/** Say what a line has beside its event: `method=GET status=200`. */
export function fieldsOf({ fields }: LogRecord): string {
  return Object.entries(fields)
    .filter(([name, value]) => !isLong(name, value))
    .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join("  ");
}

/** Return what of a line needs lines of its own: a traceback. */
export function longOf({ fields }: LogRecord): string[] {
  return Object.entries(fields).flatMap(([name, value]) => (isLong(name, value) ? [String(value)] : []));
}

function isLong(name: string, value: unknown): boolean {
  return name === "exc_info" || name === "traceback" || (typeof value === "string" && value.includes("\n"));
}
