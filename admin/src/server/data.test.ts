import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { dataProvider } from "./data";
import { Problem } from "./problem";

interface Sent {
  method: string;
  path: string;
  query: Record<string, string>;
  body: unknown;
  ifMatch: string | undefined;
}

let sent: Sent[];
let answer: () => Response;

beforeEach(() => {
  sent = [];
  answer = () => new Response("{}");
  vi.stubGlobal("fetch", async (url: string, { method = "GET", body, headers }: RequestInit) => {
    const { pathname, searchParams } = new URL(url, "http://here");
    const given = headers as Record<string, string>;
    sent.push({
      method,
      path: pathname.replace("/api//", ""),
      query: Object.fromEntries(searchParams),
      body: body && JSON.parse(String(body)),
      ifMatch: given["If-Match"],
    });
    return answer();
  });
});

afterEach(() => vi.unstubAllGlobals());

const stored = { id: "a b", version: 3, title: "One", status: "draft" };

it("sends only what changed, on condition that nobody was faster", async () => {
  answer = () => new Response(JSON.stringify({ ...stored, version: 4, title: "Two" }));
  const data = { ...stored, title: "Two" };
  const result = await dataProvider.update("articles", { id: "a b", data, previousData: stored });
  expect(sent).toEqual([
    { method: "PATCH", path: "articles/a%20b", query: {}, body: { title: "Two" }, ifMatch: '"3"' },
  ]);
  expect(result.data).toMatchObject({ version: 4 });
});

it("sends nothing where nothing changed", async () => {
  const result = await dataProvider.update("articles", { id: "a b", data: { ...stored }, previousData: stored });
  expect([sent, result.data]).toEqual([[], stored]);
});

it.each([
  [7, '"7"'],
  [null, undefined],
])("asks for the version that is given (%s) instead", async (version, ifMatch) => {
  const data = { title: "Two" };
  await dataProvider.update("articles", { id: "1", data, previousData: stored, meta: { version } });
  expect(sent[0]?.ifMatch).toBe(ifMatch);
});

it("says what the document is now where somebody was faster", async () => {
  const current = { ...stored, version: 5 };
  answer = () =>
    new Response(JSON.stringify({ code: "precondition_failed", detail: "changed", current }), { status: 412 });
  const update = dataProvider.update("articles", { id: "1", data: { title: "Two" }, previousData: stored });
  const problem = await update.catch((error: unknown) => error);
  expect(problem).toBeInstanceOf(Problem);
  expect((problem as Problem).body.current).toEqual(current);
});

it("changes and deletes many in one go, a hundred at a time", async () => {
  const ids = Array.from({ length: 101 }, (_, n) => `n${n}`);
  await dataProvider.deleteMany("articles", { ids });
  await dataProvider.updateMany("articles", { ids: ["1"], data: { status: "published" } });
  const operations = sent.map(({ body }) => (body as { operations: object[] }).operations);
  expect(operations.map((some) => some.length)).toEqual([100, 1, 1]);
  expect(operations[1]).toEqual([{ method: "DELETE", path: "articles/n100" }]);
  expect(operations[2]).toEqual([{ method: "PATCH", path: "articles/1", body: { status: "published" } }]);
});

it("asks for many documents once each, as many as fit into a URL", async () => {
  answer = () => new Response(JSON.stringify({ items: [{ id: "x" }] }));
  const ids = [...Array.from({ length: 101 }, (_, n) => `n${n}`), "n0"];
  const { data } = await dataProvider.getMany("authors", { ids });
  expect(sent.map(({ query }) => JSON.parse(String(query.filter)).id.$in.length)).toEqual([100, 1]);
  expect(data).toEqual([{ id: "x" }, { id: "x" }]);
});

it("knows from a list how many there are and whether more follow", async () => {
  answer = () => new Response(JSON.stringify({ items: [{ id: "1" }], total: 30, next: "c" }));
  const list = await dataProvider.getList("articles", { pagination: { page: 1, perPage: 1 } });
  expect(list).toEqual({ data: [{ id: "1" }], total: 30, pageInfo: { hasNextPage: true } });
});

it("makes a new document of what has a value", async () => {
  await dataProvider.create("articles", { data: { title: "One", notes: null, version: 9 } });
  expect(sent[0]).toMatchObject({ method: "POST", path: "articles", body: { title: "One" } });
});
