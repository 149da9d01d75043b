import { describe, expect, test } from "vitest";
import { renewed, reread, withLines, withRun } from "./news";
import type { LogLine, Run, RunsAnswer, WholeRun } from "./records";

const ALL = { job: null, state: null };

function run(id: string, more: Partial<Run> = {}): Run {
  return { id, job: "mail", state: "queued", queuedAt: `2026-01-15T10:30:0${id}.000Z`, version: 1, ...more } as Run;
}

function page(...items: Run[]): RunsAnswer {
  return { items, next: null, users: {} };
}

function ids(pages: RunsAnswer[]): string[][] {
  return pages.map((one) => one.items.map((item) => item.id));
}

describe("a list of runs", () => {
  test("has a new run on top", () => {
    expect(ids(withRun([page(run("2")), page(run("1"))], run("3"), ALL))).toEqual([["3", "2"], ["1"]]);
  });

  test("leaves out a run that belongs further down than it reaches", () => {
    const pages = [page(run("2"))];
    expect(withRun(pages, run("1"), ALL)).toBe(pages);
  });

  test("changes a run in its place", () => {
    const pages = withRun([page(run("2")), page(run("1"))], run("1", { state: "running", version: 2 }), ALL);
    expect(ids(pages)).toEqual([["2"], ["1"]]);
    expect(pages[1]?.items[0]?.state).toBe("running");
  });

  test("does not go back to what was before", () => {
    const pages = withRun([page(run("1", { state: "succeeded", version: 3 }))], run("1", { version: 2 }), ALL);
    expect(pages[0]?.items[0]?.state).toBe("succeeded");
  });

  test("loses a run that has another state than asked for", () => {
    const filter = { job: null, state: "queued" as const };
    expect(ids(withRun([page(run("2"), run("1"))], run("2", { state: "running", version: 2 }), filter))).toEqual([
      ["1"],
    ]);
  });

  test("takes none of another job", () => {
    expect(ids(withRun([page(run("1"))], run("2", { job: "other" }), { job: "mail", state: null }))).toEqual([["1"]]);
  });
});

function line(at: string, message: string): LogLine {
  return { at, level: "info", message };
}

describe("a log", () => {
  test("gets what is new, and nothing twice", () => {
    const log = [line("1", "a"), line("2", "b")];
    expect(
      withLines(log, [line("1", "a"), line("2", "b"), line("2", "c"), line("3", "d")]).map((l) => l.message),
    ).toEqual(["a", "b", "c", "d"]);
    expect(withLines(log, [line("2", "b")])).toBe(log);
  });

  test("keeps its last 200 lines", () => {
    const lines = Array.from({ length: 250 }, (_, number) => line(String(number).padStart(4, "0"), `line ${number}`));
    const kept = withLines([], lines);
    expect([kept.length, kept[0]?.message]).toEqual([200, "line 50"]);
  });
});

describe("a run by itself", () => {
  const known = {
    ...run("1", { version: 4 }),
    log: [line("1", "a"), line("2", "b")],
    steps: {},
    users: {},
  } as WholeRun;

  test("takes newer news only", () => {
    expect(renewed(known, run("1", { state: "running", version: 5 })).state).toBe("running");
    expect(renewed(known, run("1", { state: "running", version: 3 }))).toBe(known);
  });

  test("keeps lines that came while it was read", () => {
    const fresh = { ...known, version: 3, log: [line("1", "a")], users: { u: "ada@example.org" } };
    const merged = reread(fresh, known);
    expect([merged.version, merged.log.length, merged.users]).toEqual([4, 2, { u: "ada@example.org" }]);
  });
});
