import type { Measure } from "../samples";

export interface Line {
  /** Its name is a text: `system.line.p95`. */
  name: string;
  measure: Measure;
  colour: "primary" | "secondary" | "success" | "error" | "warning" | "info";
}

export interface ChartSpec {
  name: string;
  unit: "perSecond" | "ms" | "bytes" | "percent" | "count";
  lines: Line[];
}

/** What is drawn over the last hour. */
export const CHARTS: ChartSpec[] = [
  {
    name: "requests",
    unit: "perSecond",
    lines: [
      { name: "requests", measure: (s) => s.requests, colour: "primary" },
      { name: "errors", measure: (s) => s.errors / s.seconds, colour: "error" },
    ],
  },
  {
    name: "times",
    unit: "ms",
    lines: [
      { name: "p50", measure: (s) => s.p50, colour: "success" },
      { name: "p95", measure: (s) => s.p95, colour: "primary" },
      { name: "p99", measure: (s) => s.p99, colour: "secondary" },
    ],
  },
  {
    name: "events",
    unit: "perSecond",
    lines: [
      { name: "events", measure: (s) => s.events, colour: "primary" },
      { name: "drops", measure: (s) => s.drops / s.seconds, colour: "error" },
    ],
  },
  {
    name: "connections",
    unit: "count",
    lines: [{ name: "connections", measure: (s) => s.connections, colour: "primary" }],
  },
  {
    name: "memory",
    unit: "bytes",
    lines: [{ name: "memory", measure: (s) => s.rss, colour: "primary" }],
  },
  {
    name: "cpu",
    unit: "percent",
    lines: [{ name: "cpu", measure: (s) => s.cpu, colour: "primary" }],
  },
  {
    name: "lag",
    unit: "ms",
    lines: [{ name: "lag", measure: (s) => s.loopLag, colour: "primary" }],
  },
  {
    name: "runs",
    unit: "count",
    lines: [
      { name: "running", measure: (s) => s.runs, colour: "primary" },
      { name: "waiting", measure: (s) => s.waiting, colour: "secondary" },
    ],
  },
];
