import { expect, it } from "vitest";
import { Problem } from "../../server/problem";
import { type Operation, type Progress, run, type Task } from "./bulk";

function tasks(count: number): Task[] {
  return Array.from({ length: count }, (_, n) => ({
    id: `${n}`,
    title: `Title ${n}`,
    operation: { method: "DELETE", path: `things/${n}` },
  }));
}

/** A server that refuses some documents, and keeps what it was asked. */
class Server {
  batches: number[] = [];
  done: string[] = [];
  waited: number[] = [];
  told: Progress[] = [];
  cancelledAfter = Number.POSITIVE_INFINITY;
  private limited = 0;

  constructor(private readonly bad: Record<string, Record<string, string>> = {}) {}

  limitOnce(): this {
    this.limited = 1;
    return this;
  }

  send = async (operations: Operation[]) => {
    if (this.limited-- > 0) throw new Problem({ status: 429, code: "rate_limited", detail: "too many" }, 7);
    this.batches.push(operations.length);
    const index = operations.findIndex((one) => one.path in this.bad);
    const found = operations[index];
    if (found) {
      const errors = Object.fromEntries(
        Object.entries(this.bad[found.path] ?? {}).map(([key, text]) => [`/operations/${index}${key}`, text]),
      );
      throw new Problem({ status: 403, code: "forbidden", detail: "you may not", errors });
    }
    this.done.push(...operations.map((one) => one.path));
  };
  wait = async (seconds: number) => {
    this.waited.push(seconds);
  };
  tell = (progress: Progress) => {
    this.told.push(progress);
  };
  isCancelled = () => this.batches.length >= this.cancelledAfter;
}

it("tasks are done a hundred at a time", async () => {
  const server = new Server();
  const end = await run(tasks(250), server);
  expect(server.batches).toEqual([100, 100, 50]);
  expect(end).toEqual({ done: 250, refused: [], total: 250, waiting: null });
});

it("what is refused is named with its reason, and everything else is done once", async () => {
  const server = new Server({ "things/3": { "": "you may not" }, "things/7": { "/body/title": "is required" } });
  const end = await run(tasks(10), server);
  expect(server.done).toEqual(["0", "1", "2", "4", "5", "6", "8", "9"].map((n) => `things/${n}`));
  expect(end.done).toBe(8);
  expect(end.refused).toEqual([
    { id: "3", title: "Title 3", reason: "you may not" },
    { id: "7", title: "Title 7", reason: "title: is required" },
  ]);
});

it("where all are refused the batches become small", async () => {
  const all = Object.fromEntries(tasks(100).map((task) => [task.operation.path, { "": "no" }]));
  const server = new Server(all);
  const end = await run(tasks(100), server);
  expect(end.refused.length).toBe(100);
  expect(server.batches.slice(0, 8)).toEqual([100, 50, 25, 12, 6, 3, 1, 1]);
});

it("a server that asks for patience is waited for", async () => {
  const server = new Server().limitOnce();
  const end = await run(tasks(5), server);
  expect(server.waited).toEqual([7]);
  expect(server.told[0]?.waiting).toBe(7);
  expect(end.done).toBe(5);
});

it("it ends early when it is cancelled", async () => {
  const server = new Server();
  server.cancelledAfter = 1;
  const end = await run(tasks(250), server);
  expect(end.done).toBe(100);
});

it("what is no refusal of a document is thrown", async () => {
  const server = new Server();
  server.send = async () => {
    throw new Problem({ status: 503, code: "unavailable", detail: "the store is away" });
  };
  await expect(run(tasks(5), server)).rejects.toThrow("the store is away");
});
