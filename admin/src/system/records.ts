import type { Level } from "./log/levels";

/** What the server says of itself: `GET _system`, `_system/history`, `_system/log`, and the channel `_system`. */

/** What happened in some seconds before `at`, and how things stood then. Durations are milliseconds. */
export interface Sample {
  at: string;
  seconds: number;
  requests: number;
  p50: number | null;
  p95: number | null;
  p99: number | null;
  errors: number;
  statuses: Record<string, number>;
  connections: number;
  events: number;
  drops: number;
  rss: number | null;
  threads: number | null;
  cpu: number;
  loopLag: number | null;
  runs: number;
  waiting: number;
}

export interface SystemFacts {
  project: {
    namespace: string;
    label: string;
    edition: number;
    problems: number;
    collections: number;
    channels: number;
    jobs: number;
  };
  versions: { hookstream: string; python: string; aiohttp: string; store: string | null; system: string };
  process: {
    pid: number;
    startedAt: string;
    uptimeSeconds: number;
    rssBytes: number | null;
    cpuSeconds: number;
    processors: number | null;
    threads: number | null;
    openFiles: number | null;
    openFilesLimit: number | null;
  };
  store: {
    name: string;
    durable: boolean;
    atomicBatches: boolean;
    notes: string[];
    place: string | null;
    sizeBytes: Record<string, number> | null;
    collections: { name: string; documents: number; exact: boolean }[] | null;
    changes: { records: number; exact: boolean } | null;
    problem: string | null;
  };
  disk: { freeBytes: number; totalBytes: number } | null;
  broker: string;
  realtime: {
    connections: number;
    maxConnections: number;
    subscriptions: number;
    channels: number;
    opened: number;
    eventsSent: number;
    bytesSent: number;
    drops: number;
    refused: number;
    sendTimeouts: number;
  };
  requests: { total: number; statuses: Record<string, number> };
  hooks: {
    functions: number;
    calls: number;
    failures: number;
    timeouts: number;
    loopBlocks: number;
    abandonedThreads: number;
  };
  jobs: { waiting: number; running: number; capacity: number; ended: Record<string, number>; takenOver: number };
  now: Sample;
}

export interface LogRecord {
  number: number;
  time: string;
  level: Level;
  event: string;
  fields: Record<string, unknown>;
}

export const SYSTEM_CHANNEL = "_system";
