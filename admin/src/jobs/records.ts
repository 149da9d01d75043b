/** What the server says of jobs and runs: `GET _jobs`, `_jobs/runs`, and the channel `_runs`. */

export const STATES = ["queued", "running", "succeeded", "failed", "cancelled", "skipped"] as const;
export type RunState = (typeof STATES)[number];

/** States from which a run can be queued again. */
export const DEAD: ReadonlySet<RunState> = new Set(["failed", "cancelled", "skipped"]);

export type Level = "debug" | "info" | "warning" | "error" | "critical";

export interface LogLine {
  at: string;
  level: Level;
  message: string;
}

export interface RunError {
  type: string;
  message: string;
  traceback: string | null;
  file: string | null;
  line: number | null;
}

/** A run as lists and messages have it. */
export interface Run {
  id: string;
  job: string;
  state: RunState;
  attempt: number;
  failures: number;
  lost: number;
  scheduledAt: string | null;
  dueAt: string;
  priority: string;
  queuedAt: string;
  queuedBy: string | null;
  startedAt: string | null;
  finishedAt: string | null;
  cancelAt: string | null;
  cancelBy: string | null;
  worker: string | null;
  input: Record<string, unknown>;
  progress: { percent: number; message: string };
  result: unknown;
  error: RunError | null;
  version: number;
}

/** A run by itself. `users` are the e-mail addresses of those that it names. */
export interface WholeRun extends Run {
  log: LogLine[];
  steps: Record<string, unknown>;
  lane: string;
  users: Record<string, string>;
}

export interface RunsAnswer {
  items: Run[];
  next: string | null;
  users: Record<string, string>;
  counts?: Record<RunState, number>;
}

export interface Job {
  name: string;
  description: string;
  file: string;
  line: number;
  code: string;
  cron: string | null;
  everySeconds: number | null;
  at: string | null;
  timezone: string;
  timeoutSeconds: number;
  retries: { max: number; backoffSeconds: number; factor: number; jitterSeconds: number };
  overlap: "skip" | "queue" | "allow";
  priority: "high" | "normal" | "low";
  catchUp: "never" | "once";
  jitterSeconds: number;
  concurrency: { max: number; key: string | null } | null;
  isolate: "process" | null;
  memoryBytes: number | null;
  input: Record<string, unknown> | null;
  permissions: string[];
  nextAt: string | null;
  nextTimes: string[];
  lastRun: Run | null;
  lastDay: Record<RunState, number>;
  averageSeconds: number | null;
}

export const RUNS_CHANNEL = "_runs";

export function jobPage(name: string): string {
  return `/_jobs/job/${encodeURIComponent(name)}`;
}

export function runPage(id: string): string {
  return `/_jobs/runs/${encodeURIComponent(id)}`;
}

export function isOver(run: Run): boolean {
  return run.finishedAt !== null;
}
