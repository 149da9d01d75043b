import { describe, expect, it } from "vitest";
import type { Field } from "../../server/description";
import { leavesOf } from "./leaves";
import { compare, type Outcome } from "./merge";
import { changeOf } from "./patch";
import { at, type Document } from "./place";
import { identical, same } from "./same";
import { begin, close, open, receive } from "./session";

const field = (name: string, type: Field["type"], more: Partial<Field> = {}): Field => ({
  name,
  type,
  label: name,
  ...more,
});

const FIELDS: Field[] = [
  field("title", "string"),
  field("body", "markdown"),
  field("tags", "array", { items: field("items", "string") }),
  field("seo", "object", {
    fields: [field("title", "string"), field("image", "object", { fields: [field("alt", "string")] })],
  }),
  field("data", "json"),
  field("place", "geo"),
];
const LEAVES = leavesOf(FIELDS);

function outcomes(base: Document, theirs: Document, mine: Document): Record<string, Outcome> {
  return Object.fromEntries(
    compare(LEAVES, { base, theirs, mine }).map(({ leaf, outcome }) => [leaf.pointer, outcome]),
  );
}

describe("compare", () => {
  it("leaves out what nobody has touched", () => {
    expect(outcomes({ title: "A" }, { title: "A" }, { title: "A" })).toEqual({});
  });

  it("tells who has changed a field", () => {
    expect(outcomes({ title: "A", body: "x" }, { title: "B", body: "x" }, { title: "A", body: "y" })).toEqual({
      "/title": "theirs",
      "/body": "mine",
    });
  });

  it("finds a conflict only where both have written something else", () => {
    expect(outcomes({ title: "A", body: "x" }, { title: "B", body: "y" }, { title: "C", body: "y" })).toEqual({
      "/title": "conflict",
      "/body": "agreed",
    });
  });

  it("decides on the members of objects one by one, however deep", () => {
    const base = { seo: { title: "A", image: { alt: "a" } } };
    const theirs = { seo: { title: "B", image: { alt: "a" } } };
    const mine = { seo: { title: "A", image: { alt: "b" } } };
    expect(outcomes(base, theirs, mine)).toEqual({ "/seo/title": "theirs", "/seo/image/alt": "mine" });
  });

  it("sees a removed object as the removal of its members", () => {
    const base = { seo: { title: "A", image: { alt: "a" } } };
    expect(outcomes(base, {}, { seo: { title: "A", image: { alt: "b" } } })).toEqual({
      "/seo/title": "theirs",
      "/seo/image/alt": "conflict",
    });
  });

  it("takes lists, JSON and points as wholes", () => {
    const base = { tags: ["a"], data: { a: 1, b: 1 }, place: { type: "Point", coordinates: [1, 2] } };
    const theirs = { ...base, tags: ["a", "b"], data: { a: 2, b: 1 }, place: { type: "Point", coordinates: [1, 3] } };
    const mine = { ...base, tags: ["a", "c"], data: { a: 1, b: 2 }, place: { type: "Point", coordinates: [2, 2] } };
    expect(outcomes(base, theirs, mine)).toEqual({ "/tags": "conflict", "/data": "conflict", "/place": "conflict" });
  });

  it("counts an emptied input as no value, but every null of JSON", () => {
    expect(outcomes({}, { title: "" }, { title: null, tags: [], seo: { title: "" } })).toEqual({});
    expect(outcomes({ data: {} }, { data: { a: null } }, { data: {} })).toEqual({ "/data": "theirs" });
  });

  it("sees that one side has deleted what the other has changed", () => {
    expect(outcomes({ title: "A" }, { title: "B" }, { title: null })).toEqual({ "/title": "conflict" });
  });
});

describe("a session", () => {
  const base = { title: "A", body: "x", version: 1 };

  it("takes what the user has not touched, and closes what both did alike", () => {
    const theirs = { title: "B", body: "y", version: 2 };
    const received = receive(begin(base), theirs, { title: "A", body: "y" }, LEAVES);
    expect(received.taken.map(({ leaf, theirs: value }) => [leaf.pointer, value])).toEqual([["/title", "B"]]);
    expect(received.conflicts).toEqual([]);
    expect(open(received.session, LEAVES).size).toBe(0);
  });

  it("keeps what the user began from where both have changed a field, through later saves too", () => {
    const mine = { title: "mine", body: "x" };
    const second = receive(begin(base), { title: "B", body: "x", version: 2 }, mine, LEAVES);
    expect(open(second.session, LEAVES)).toEqual(new Map([["/title", { base: "A", theirs: "B" }]]));
    const third = receive(second.session, { title: "C", body: "z", version: 3 }, mine, LEAVES);
    expect(open(third.session, LEAVES)).toEqual(new Map([["/title", { base: "A", theirs: "C" }]]));
    expect(third.taken.map(({ leaf }) => leaf.pointer)).toEqual(["/body"]);
  });

  it("closes by itself when the other goes back", () => {
    const mine = { title: "mine", body: "x" };
    const second = receive(begin(base), { title: "B", body: "x", version: 2 }, mine, LEAVES);
    const third = receive(second.session, { title: "A", body: "x", version: 3 }, mine, LEAVES);
    expect(open(third.session, LEAVES).size).toBe(0);
  });

  it("closes a leaf that the user has decided on", () => {
    const mine = { title: "mine", body: "mine" };
    const { session } = receive(begin(base), { title: "B", body: "y", version: 2 }, mine, LEAVES);
    const [title] = LEAVES;
    if (!title) throw new Error("no leaf");
    expect([...open(close(session, title), LEAVES).keys()]).toEqual(["/body"]);
  });
});

/** Numbers that look random and come again: a linear congruential generator (Numerical Recipes). */
function* numbers(seed: number): Generator<number, never> {
  let state = seed;
  while (true) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}

function randomDocument(next: () => number): Document {
  const pick = <T>(...values: T[]): T => values[Math.floor(next() * values.length)] as T;
  const text = () => pick<unknown>("a", "b", "", null, undefined);
  return {
    title: text(),
    body: text(),
    tags: pick<unknown>(["a"], ["a", "b"], [], null, undefined),
    seo: pick<unknown>({ title: text(), image: pick<unknown>({ alt: text() }, {}, undefined) }, {}, null, undefined),
    data: pick<unknown>({ a: 1 }, { a: null }, { a: { b: 1 } }, { a: { b: 1, c: [null] } }, [], null, 1),
    place: pick<unknown>({ type: "Point", coordinates: [1, 2] }, null),
  };
}

/** RFC 7396, as the server does it. */
function applied(target: unknown, patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const made: Document = typeof target === "object" && target !== null && !Array.isArray(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete made[name];
    else made[name] = applied(made[name], value);
  }
  return made;
}

function operated(target: Document, body: Document): Document {
  const made = structuredClone(target);
  const parts = { $set: {}, $unset: {}, ...body } as { $set: Document; $unset: Document };
  const put = (source: string, value: unknown) => {
    const path = source.split(".");
    const last = path.pop() ?? "";
    let node = made;
    for (const key of path) {
      node[key] ??= {};
      node = node[key] as Document;
    }
    if (value === undefined) delete node[last];
    else node[last] = value;
  };
  for (const [source, value] of Object.entries(parts.$set)) put(source, value);
  for (const source of Object.keys(parts.$unset)) put(source, undefined);
  return made;
}

describe("of any three documents", () => {
  const generator = numbers(20261121);
  const next = () => generator.next().value;
  const cases = Array.from(
    { length: 2000 },
    () => [randomDocument(next), randomDocument(next), randomDocument(next)] as const,
  );

  it("the sides can be swapped", () => {
    const swapped: Record<Outcome, Outcome> = {
      mine: "theirs",
      theirs: "mine",
      agreed: "agreed",
      conflict: "conflict",
      untouched: "untouched",
    };
    for (const [base, theirs, mine] of cases) {
      const there = outcomes(base, theirs, mine);
      const back = Object.entries(outcomes(base, mine, theirs)).map(([pointer, outcome]) => [
        pointer,
        swapped[outcome],
      ]);
      expect(Object.fromEntries(back)).toEqual(there);
    }
  });

  it("who has changed nothing takes all, without a conflict", () => {
    for (const [base, theirs] of cases) {
      const { taken, conflicts, session } = receive(begin(base), theirs, base, LEAVES);
      expect(conflicts).toEqual([]);
      expect(open(session, LEAVES).size).toBe(0);
      const changed = LEAVES.filter(({ field: { type }, path }) =>
        type === "json" ? !identical(at(base, path), at(theirs, path)) : !same(at(base, path), at(theirs, path)),
      );
      expect(taken.map(({ leaf }) => leaf.pointer)).toEqual(changed.map(({ pointer }) => pointer));
    }
  });

  it("a patch makes the one of the other, and nothing is sent where nothing differs", () => {
    for (const [stored, mine] of cases) {
      const body = changeOf(FIELDS, LEAVES, stored, mine);
      const result =
        body === null ? stored : "$set" in body || "$unset" in body ? operated(stored, body) : applied(stored, body);
      expect(changeOf(FIELDS, LEAVES, result as Document, mine)).toBeNull();
      expect(changeOf(FIELDS, LEAVES, mine, mine)).toBeNull();
    }
  });
});
