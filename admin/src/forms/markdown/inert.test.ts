import { describe, expect, it } from "vitest";
import { inert } from "./inert";

describe("inert", () => {
  it("renames style attributes, and nothing that is only called so", () => {
    expect(inert('<p class="a" STYLE = "x: y">style="z"</p><b style=q>a < b style=</b>')).toBe(
      '<p class="a" data-style = "x: y">style="z"</p><b data-style=q>a < b style=</b>',
    );
  });
});
