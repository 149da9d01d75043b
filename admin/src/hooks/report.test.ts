import { expect, it } from "vitest";
import { problemText, reportOf } from "./report";

it("tells all of a failure", () => {
  const failure = {
    at: "2026-01-15T10:30:00.000Z",
    incident: "abc",
    kind: "error" as const,
    error: "KeyError: 'a'",
    file: "hooks/a.py",
    line: 10,
    request: "r",
    run: null,
    traceback: "Traceback …\nKeyError: 'a'\n",
    snippet: { first: 9, lines: ["def f(ctx):", "    return ctx['a']"] },
  };
  expect(reportOf("hooks/a.py:f", failure)).toBe(
    "hooks/a.py:f failed at 2026-01-15T10:30:00.000Z, incident abc\n\nKeyError: 'a'\n\nhooks/a.py:10\n\n" +
      "     9  def f(ctx):\n>   10      return ctx['a']\n\nTraceback …\nKeyError: 'a'\n",
  );
  expect(reportOf("h", { ...failure, file: null, line: 0, snippet: null, traceback: "" })).toBe(
    "h failed at 2026-01-15T10:30:00.000Z, incident abc\n\nKeyError: 'a'\n",
  );
});

it("tells a problem on one line", () => {
  const problem = { file: "config.yml", line: 3, path: "channels.0", message: "is wrong", remedy: "Mend it." };
  expect(problemText(problem)).toBe("config.yml:3: is wrong (channels.0). Mend it.");
  expect(problemText({ ...problem, line: 0, path: "" })).toBe("config.yml: is wrong. Mend it.");
});
