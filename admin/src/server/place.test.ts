import { expect, it } from "vitest";
import { codeIn, takeCode } from "./code";
import { placeOf } from "./place";

it("finds the project in the page's path", () => {
  expect(placeOf("/admin/newsroom/articles/1")).toEqual({
    namespace: "newsroom",
    basename: "/admin/newsroom",
    api: "/api/newsroom",
  });
  expect(placeOf("/admin/my%20news").api).toBe("/api/my%20news");
});

it("finds a one-time code in the fragment", () => {
  expect(codeIn("#sign-in=hsi_abc")).toBe("hsi_abc");
  expect(codeIn("#sign-in=")).toBeNull();
  expect(codeIn("#other")).toBeNull();
});

it("takes the code out of the address and leaves the rest", () => {
  const replaced: unknown[] = [];
  const history = { state: { idx: 1 }, replaceState: (...given: unknown[]) => void replaced.push(given) };
  const location = { hash: "#sign-in=abc", pathname: "/admin/newsroom/", search: "?a=1" };
  expect(takeCode(location as Location, history as unknown as History)).toBe("abc");
  expect(replaced).toEqual([[{ idx: 1 }, "", "/admin/newsroom/?a=1"]]);
});
