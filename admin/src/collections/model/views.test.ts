import { expect, it } from "vitest";
import { current, renamed, saved, type View, withDefault, without } from "./views";

function view(name: string, more: Partial<View> = {}): View {
  return { name, filter: {}, sort: { field: "id", order: "ASC" }, columns: null, isDefault: false, ...more };
}

const names = (views: View[]) => views.map((one) => one.name);

it("views are kept in the order of their names, and one of the same name is replaced", () => {
  const views = saved(saved([], view("b")), view("a"));
  expect(names(views)).toEqual(["a", "b"]);
  expect(saved(views, view("b", { filter: { x: 1 } }))[1]?.filter).toEqual({ x: 1 });
});

it("only one view is what a list begins with", () => {
  const views = saved([view("a", { isDefault: true })], view("b", { isDefault: true }));
  expect(views.map((one) => one.isDefault)).toEqual([false, true]);
  expect(withDefault(views, "a").map((one) => one.isDefault)).toEqual([true, false]);
  expect(withDefault(views, null).map((one) => one.isDefault)).toEqual([false, false]);
});

it("a view that is renamed takes the place of one that was called so", () => {
  expect(names(renamed([view("a"), view("b"), view("c")], "a", "c"))).toEqual(["b", "c"]);
  expect(names(without([view("a"), view("b")], "a"))).toEqual(["b"]);
});

it("the view that is shown is found whatever the order of its filter's keys", () => {
  const views = [view("a", { filter: { q: "x", status: "draft" } }), view("b", { columns: ["title"] })];
  const sort = { field: "id", order: "ASC" } as const;
  expect(current(views, { status: "draft", q: "x" }, sort, null)?.name).toBe("a");
  expect(current(views, {}, sort, ["title"])?.name).toBe("b");
  expect(current(views, {}, { field: "id", order: "DESC" }, ["title"])).toBeNull();
});
