import { expect, it } from "vitest";
import { added, addedTo, changed, conditionOn, joined, removed } from "./draft";
import type { Condition, Conditions } from "./filter";

const A: Condition = { path: "a", operator: "filled" };
const B: Condition = { path: "b", operator: "filled" };
const ONE: Conditions = { join: "all", parts: [A, { join: "any", parts: [A, B] }] };

it("a condition begins with what is likeliest for its field", () => {
  const column = {
    path: "rank",
    label: "Rank",
    field: { name: "rank", type: "integer", label: "Rank" },
    queryable: true,
  } as const;
  expect(conditionOn(column)).toEqual({ path: "rank", operator: "eq" });
});

it("conditions are added, changed and removed, in groups too", () => {
  expect(added(ONE, B).parts.length).toBe(3);
  expect(addedTo(ONE, 1, B).parts[1]).toEqual({ join: "any", parts: [A, B, B] });
  expect(changed(ONE, [0], B).parts[0]).toEqual(B);
  expect(changed(ONE, [1, 0], B).parts[1]).toEqual({ join: "any", parts: [B, B] });
  expect(removed(ONE, [0]).parts).toEqual([{ join: "any", parts: [A, B] }]);
  expect(removed(ONE, [1, 0]).parts[1]).toEqual({ join: "any", parts: [B] });
});

it("a group goes with its last condition", () => {
  expect(removed(removed(ONE, [1, 0]), [1, 0]).parts).toEqual([A]);
});

it("all of it, or a group, is joined otherwise", () => {
  expect(joined(ONE, "any").join).toBe("any");
  expect(joined(ONE, "all", 1).parts[1]).toEqual({ join: "all", parts: [A, B] });
});
