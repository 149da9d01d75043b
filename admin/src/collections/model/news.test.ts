import { expect, it } from "vitest";
import { Collector, type News, note, nothing, PAUSE_MS } from "./news";

/** Time that goes on when it is told to. */
class Time {
  now = 0;
  private readonly waiting: { at: number; run: () => void }[] = [];

  after = (ms: number, run: () => void) => {
    const one = { at: this.now + ms, run };
    this.waiting.push(one);
    return () => void this.waiting.splice(this.waiting.indexOf(one), 1);
  };

  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      const next = this.waiting.filter((one) => one.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.waiting.splice(this.waiting.indexOf(next), 1);
      this.now = next.at;
      next.run();
      await new Promise((done) => setImmediate(done));
    }
    this.now = end;
  }
}

function told(news: News): string {
  return [[...news.inserted], [...news.updated.keys()], [...news.removed]].map((ids) => ids.join("+")).join("/");
}

it("news are handed over soon, and then at most once in half a second, all together", async () => {
  const time = new Time();
  const seen: [number, string][] = [];
  const collector = new Collector(async (news) => void seen.push([time.now, told(news)]), time.after);
  collector.add({ type: "inserted", id: "a" });
  await time.pass(60);
  for (const id of ["b", "c", "b"]) collector.add({ type: "updated", id });
  collector.add({ type: "removed", id: "d" });
  await time.pass(2_000);
  collector.add({ type: "updated", id: "e" });
  await time.pass(2_000);
  expect(seen).toEqual([
    [50, "a//"],
    [50 + PAUSE_MS, "/b+c/d"],
    [2_060 + 50, "/e/"],
  ]);
});

it("nothing is handed over while the last is being dealt with, or after it was closed", async () => {
  const time = new Time();
  const seen: string[] = [];
  let finish = () => {};
  const collector = new Collector((news) => {
    seen.push(told(news));
    return new Promise((done) => {
      finish = done;
    });
  }, time.after);
  collector.add({ type: "inserted", id: "a" });
  await time.pass(100);
  collector.add({ type: "inserted", id: "b" });
  await time.pass(5_000);
  expect(seen).toEqual(["a//"]);
  finish();
  await time.pass(0);
  await new Promise((done) => setImmediate(done));
  await time.pass(PAUSE_MS);
  expect(seen).toEqual(["a//", "b//"]);
  collector.close();
  collector.add({ type: "inserted", id: "c" });
  await time.pass(5_000);
  expect(seen).toEqual(["a//", "b//"]);
});

it("a failure does not end it", async () => {
  const time = new Time();
  let times = 0;
  const collector = new Collector(async () => {
    times += 1;
    throw new Error("the server is away");
  }, time.after);
  collector.add({ type: "updated", id: "a" });
  await time.pass(100);
  collector.add({ type: "updated", id: "a" });
  await time.pass(1_000);
  expect(times).toBe(2);
});

it("what says that everything is to be read again is handed over without any id, and once", async () => {
  const time = new Time();
  const seen: boolean[] = [];
  const collector = new Collector(async ({ all }) => void seen.push(all), time.after);
  collector.add({ type: "revalidate" });
  collector.add({ type: "revalidate" });
  await time.pass(2_000);
  collector.add({ type: "updated", id: "a" });
  await time.pass(2_000);
  expect(seen).toEqual([true, false]);
});

it("what came and went is no news, and what came and changed has come", () => {
  const news = nothing();
  note(news, "inserted", "a");
  note(news, "updated", "a");
  note(news, "inserted", "b");
  note(news, "removed", "b");
  note(news, "updated", "c");
  note(news, "removed", "c");
  note(news, "something", "d");
  expect(told(news)).toBe("a//c");
});

it("fields that have changed are told with what has changed, all of them", async () => {
  const time = new Time();
  const seen: unknown[] = [];
  const collector = new Collector(async ({ updated }) => void seen.push(...updated), time.after);
  collector.add({ type: "updated", id: "a", fields: ["title"] });
  collector.add({ type: "updated", id: "a", fields: ["title", "status"] });
  collector.add({ type: "updated", id: "b" });
  await time.pass(100);
  expect(seen).toEqual([
    ["a", ["title", "status"]],
    ["b", []],
  ]);
});
