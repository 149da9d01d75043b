import { expect, it } from "vitest";
import { Problem } from "../../server/problem";
import { type Answer, pages, writerOf } from "./export";

it("a list is gone through by its cursors, and a server that asks for patience is waited for", async () => {
  const asked: (string | null)[] = [];
  const waited: number[] = [];
  const answers: (Answer | Problem)[] = [
    { items: [{ id: "a" }], next: "x" },
    new Problem({ status: 429, code: "rate_limited", detail: "" }, 3),
    { items: [{ id: "b" }] },
  ];
  const ask = async (cursor: string | null) => {
    asked.push(cursor);
    const answer = answers.shift();
    if (answer instanceof Problem || !answer) throw answer;
    return answer;
  };
  const found = [];
  for await (const page of pages({ ask, wait: async (s) => void waited.push(s) })) found.push(...page);
  expect(found).toEqual([{ id: "a" }, { id: "b" }]);
  expect(asked).toEqual([null, "x", "x"]);
  expect(waited).toEqual([3]);
});

it("any other failure ends it", async () => {
  const ask = async () => {
    throw new Problem({ status: 403, code: "forbidden", detail: "you may not" });
  };
  await expect(pages({ ask, wait: async () => {} }).next()).rejects.toThrow("you may not");
});

function written(format: "csv" | "json", ...all: Record<string, unknown>[][]): string {
  const writer = writerOf(format, ["id", "seo.title", "tags"]);
  return writer.begin + all.map((page, n) => writer.page(page, n === 0)).join("") + writer.end;
}

const PAGES = [[{ id: "a", seo: { title: "=x" }, tags: ["p", "q"] }], [{ id: "b" }]];

it("documents become the rows of a table", () => {
  expect(written("csv", ...PAGES)).toBe('\uFEFFid,seo.title,tags\r\na,\'=x,"p, q"\r\nb,,\r\n');
});

it("documents become an array, which is one even without any", () => {
  expect(JSON.parse(written("json", ...PAGES))).toEqual(PAGES.flat());
  expect(JSON.parse(written("json", []))).toEqual([]);
});
