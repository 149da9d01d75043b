import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { dataProvider } from "./data";

interface Sent {
  method: string;
  path: string;
  query: Record<string, string>;
}

let sent: Sent[];
let answer: () => Response;

beforeEach(() => {
  sent = [];
  answer = () => new Response("{}");
  vi.stubGlobal("fetch", async (url: string, { method = "GET" }: RequestInit) => {
    const { pathname, searchParams } = new URL(url, "http://here");
    sent.push({
      method,
      path: pathname.replace("/api//", ""),
      query: Object.fromEntries(searchParams),
    });
    return answer();
  });
});

afterEach(() => vi.unstubAllGlobals());

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
