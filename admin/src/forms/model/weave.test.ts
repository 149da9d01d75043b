import { describe, expect, it } from "vitest";
import { weave } from "./weave";

describe("weave", () => {
  const base = "The first line.\nThe second line.\nThe third line.\n";

  it.each<[string, string, string, string | null]>([
    [
      "changes in different places",
      base.replace("first", "1st"),
      base.replace("third", "3rd"),
      "The 1st line.\nThe second line.\nThe 3rd line.\n",
    ],
    ["only theirs", base.replace("second", "2nd"), base, base.replace("second", "2nd")],
    ["only mine", base, `${base}More.\n`, `${base}More.\n`],
    ["both the same", base.replace("first", "1st"), base.replace("first", "1st"), base.replace("first", "1st")],
    ["the same word", base.replace("first", "1st"), base.replace("first", "initial"), null],
    ["words beside each other", base.replace("first ", ""), base.replace("first", "1st"), null],
    ["something at the same place", `${base}Theirs.`, `${base}Mine.`, null],
    [
      "one removed, another changed",
      base.replace("The first line.\n", ""),
      base.replace("third", "3rd"),
      "The second line.\nThe 3rd line.\n",
    ],
  ])("%s", (_name, theirs, mine, expected) => {
    expect(weave(base, theirs, mine)).toBe(expected);
    expect(weave(base, mine, theirs)).toBe(expected);
  });
});
