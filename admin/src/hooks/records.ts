/** Where the YAML names a function. */
export interface Use {
  kind: "collection" | "channel" | "job";
  name: string;
  /** `create.before`, `receive.chat`, `run`. */
  point: string;
  file: string;
  line: number;
}

export interface Snippet {
  /** The number of the first line. */
  first: number;
  lines: string[];
}

export interface HookFailure {
  at: string;
  incident: string;
  kind: "error" | "timeout" | "recursion" | "answer";
  error: string;
  /** The place in the project's own files; null and 0 where it is not known. */
  file: string | null;
  line: number;
  request: string | null;
  run: string | null;
  traceback: string;
  snippet: Snippet | null;
}

/** A function as `GET _hooks` lists it. Durations are milliseconds. */
export interface HookRecord {
  hook: string;
  file: string;
  line: number;
  async: boolean;
  uses: Use[];
  calls: number;
  running: number;
  failures: number;
  timeouts: number;
  p50: number | null;
  p99: number | null;
  lastFailures: HookFailure[];
}

/** What was wrong with the last reload. */
export interface ReloadProblem {
  file: string;
  line: number;
  path: string;
  message: string;
  remedy: string;
}

export interface HooksAnswer {
  edition: number;
  loadedAt: string | null;
  failedAt: string | null;
  problems: ReloadProblem[];
  items: HookRecord[];
}

export interface IncidentAnswer {
  incident: string;
  failures: (HookFailure & { hook: string })[];
}

export function pageOf(hook: string): string {
  return `/_hooks/${encodeURIComponent(hook)}`;
}

/** Return the screen of what uses a function. */
export function placeOf(use: Use): string {
  if (use.kind === "channel") return `/_channels/${encodeURIComponent(use.name)}`;
  return use.kind === "job" ? "/_jobs" : `/${encodeURIComponent(use.name)}`;
}
