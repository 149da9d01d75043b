import { describe, expect, test } from "vitest";
import { en } from "../text/jobs";
import { scheduleOf } from "./schedule";

const NONE = { cron: null, everySeconds: null, at: null, timezone: "Europe/Berlin" };

function say(job: Partial<typeof NONE> | Record<string, unknown>): string | null {
  const phrases = scheduleOf({ ...NONE, ...job } as typeof NONE, "en");
  const texts: Record<string, string> = en.schedule;
  return (
    phrases
      ?.map(({ key, values = {} }) =>
        (texts[key] ?? `?${key}`).replace(/%\{(\w+)\}/g, (_, name: string) => String(values[name])),
      )
      .join(" ") ?? null
  );
}

describe("cron in words", () => {
  test.each([
    ["0 6 * * mon-fri", "every weekday at 06:00 Europe/Berlin"],
    ["0 6 * * 1-5", "every weekday at 06:00 Europe/Berlin"],
    ["30 22 * * *", "every day at 22:30 Europe/Berlin"],
    ["0 6,18 * * *", "every day at 06:00 and 18:00 Europe/Berlin"],
    ["0 9 * * sat,sun", "on weekends at 09:00 Europe/Berlin"],
    ["0 9 * * 0,6", "on weekends at 09:00 Europe/Berlin"],
    ["0 9 * * mon,thu", "every Monday and Thursday at 09:00 Europe/Berlin"],
    ["15 4 1 * *", "on day 1 of the month at 04:15 Europe/Berlin"],
    ["0 0 1 jan,jul *", "on day 1 of the month in January and July at 00:00 Europe/Berlin"],
    ["* * * * *", "every minute"],
    ["*/5 * * * *", "every 5 minutes"],
    ["*/5 * * * mon-fri", "every 5 minutes every weekday Europe/Berlin"],
    ["20 * * * *", "every hour at :20"],
    ["0 */2 * * *", "every 2 hours"],
    ["10 */2 * * *", "every 2 hours at :10"],
  ])("%s", (cron, words) => {
    expect(say({ cron })).toBe(words);
  });

  test.each(["0 6 1 * mon", "0-30/2 6 * * *", "0 8-18 * * *", "0 6 L * *", "61 6 * * *", "nonsense"])(
    "%s has none that are short",
    (cron) => {
      expect(say({ cron })).toBeNull();
    },
  );
});

describe("other triggers", () => {
  test.each([
    [30, "every 30 seconds"],
    [60, "every minute"],
    [90, "every 90 seconds"],
    [3600, "every hour"],
    [7200, "every 2 hours"],
    [86400, "every day"],
  ])("a period of %d seconds", (everySeconds, words) => {
    expect(say({ everySeconds })).toBe(words);
  });

  test("a single time", () => {
    expect(say({ at: "2026-02-01T08:00:00" })).toBe("once, Feb 1, 2026, 8:00 AM");
  });

  test("none", () => {
    expect(say({})).toBe("only when it is asked for");
  });
});

test("German has its own names of days", () => {
  const phrases = scheduleOf({ ...NONE, cron: "0 9 * * mon,thu" } as unknown as typeof NONE, "de");
  expect(phrases?.[0]).toEqual({ key: "onDays", values: { days: "Montag und Donnerstag" } });
});
