import type { Job } from "./records";

/** A text by its key below `jobs.schedule`, and what stands in it. */
interface Phrase {
  key: string;
  values?: Record<string, string | number>;
}

/** 2023-01-01 was a Sunday, so that the day of January is one more than the number of a weekday. */
const SUNDAY = Date.UTC(2023, 0, 1);
const DAY_MS = 86_400_000;
const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const MOST_TIMES = 4;

/** Say when a job fires, as phrases that follow one another; null where its cron has no words that are short. */
export function scheduleOf(
  job: Pick<Job, "cron" | "everySeconds" | "at" | "timezone">,
  locale: string,
): Phrase[] | null {
  if (job.cron !== null) return cronOf(job.cron, job.timezone, locale);
  if (job.everySeconds !== null) return [everyOf(job.everySeconds, locale)];
  if (job.at !== null) return [{ key: "once", values: { time: onceOf(job.at, locale) } }];
  return [{ key: "asked" }];
}

function onceOf(at: string, locale: string): string {
  const moment = new Date(at);
  if (Number.isNaN(moment.getTime())) return at;
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(moment);
}

const UNITS: ["day" | "hour" | "minute", number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

function everyOf(seconds: number, locale: string): Phrase {
  const [unit, size] = UNITS.find(([, size]) => seconds >= size && seconds % size === 0) ?? (["second", 1] as const);
  if (seconds === size) return { key: `every_${unit}` };
  const period = new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(seconds / size);
  return { key: "every", values: { period } };
}

function cronOf(cron: string, timezone: string, locale: string): Phrase[] | null {
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = cron.trim().toLowerCase().split(/\s+/);
  const time = timesOf(minute, hour, locale);
  const days = daysOf(day, weekday, locale);
  const months = monthsOf(month, locale);
  if (!time || days === null || months === null) return null;
  // What happens again and again within a day happens every day, which needs no saying.
  const isOften = time.key !== "at";
  const first = days.length === 0 ? (isOften ? [] : [{ key: "daily" }]) : days;
  const zone = isOften && first.length === 0 ? [] : [{ key: "zone", values: { zone: timezone } }];
  return isOften ? [time, ...first, ...months, ...zone] : [...first, ...months, time, ...zone];
}

function timesOf(minute: string, hour: string, locale: string): Phrase | null {
  if (hour === "*") {
    if (minute === "*") return { key: "every_minute" };
    const step = stepOf(minute);
    if (step) return everyOf(step * 60, locale);
    const at = numbersOf(minute, 59);
    return at && { key: "hourly", values: { minutes: list(at.map(minutes), locale) } };
  }
  const at = numbersOf(minute, 59);
  const [first] = at ?? [];
  const step = stepOf(hour);
  if (step && at?.length === 1 && first !== undefined) {
    const every = everyOf(step * 3600, locale);
    return first === 0
      ? every
      : { key: "stepped", values: { period: every.values?.period ?? step, minutes: minutes(first) } };
  }
  const hours = numbersOf(hour, 23);
  if (!at || !hours || at.length * hours.length > MOST_TIMES) return null;
  const times = hours.flatMap((one) => at.map((other) => `${two(one)}:${two(other)}`));
  return { key: "at", values: { times: list(times, locale) } };
}

/** Return [] for every day, null for what has no words. */
function daysOf(day: string, weekday: string, locale: string): Phrase[] | null {
  if (day !== "*" && weekday !== "*") return null;
  if (day !== "*") {
    const days = numbersOf(day, 31);
    return days && [{ key: "monthDays", values: { days: list(days.map(String), locale) } }];
  }
  if (weekday === "*") return [];
  const days = numbersOf(weekday, 7, DAYS)?.map((number) => number % 7);
  if (!days) return null;
  const set = [...new Set(days)].sort((a, b) => ((a + 6) % 7) - ((b + 6) % 7));
  const text = set.join();
  if (text === "1,2,3,4,5") return [{ key: "weekdays" }];
  if (text === "6,0") return [{ key: "weekends" }];
  if (set.length === 7) return [];
  const format = new Intl.DateTimeFormat(locale, { weekday: "long", timeZone: "UTC" });
  return [
    {
      key: "onDays",
      values: {
        days: list(
          set.map((one) => format.format(SUNDAY + one * DAY_MS)),
          locale,
        ),
      },
    },
  ];
}

function monthsOf(month: string, locale: string): Phrase[] | null {
  if (month === "*") return [];
  const months = numbersOf(month, 12, ["", ...MONTHS]);
  if (!months) return null;
  const format = new Intl.DateTimeFormat(locale, { month: "long", timeZone: "UTC" });
  const names = months.map((one) => format.format(Date.UTC(2023, one - 1, 1)));
  return [{ key: "inMonths", values: { months: list(names, locale) } }];
}

/** Return n of "*" + "/n". */
function stepOf(field: string): number | null {
  const step = /^\*\/([0-9]{1,2})$/.exec(field)?.[1];
  return step && Number(step) > 0 ? Number(step) : null;
}

/** Return the numbers of "1,3-5" or of names, null for anything else. */
function numbersOf(field: string, highest: number, names: string[] = []): number[] | null {
  const found: number[] = [];
  for (const part of field.split(",")) {
    const [low, high, ...rest] = part.split("-").map((text) => numberOf(text, names));
    if (low === undefined || low === null || high === null || rest.length > 0) return null;
    const last = high ?? low;
    if (last > highest || last < low) return null;
    for (let number = low; number <= last; number++) found.push(number);
  }
  return found;
}

function numberOf(text: string, names: string[]): number | null {
  if (/^[0-9]{1,2}$/.test(text)) return Number(text);
  const index = text ? names.indexOf(text.slice(0, 3)) : -1;
  return index >= 0 ? index : null;
}

function list(parts: string[], locale: string): string {
  return new Intl.ListFormat(locale, { type: "conjunction" }).format(parts);
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}

function minutes(number: number): string {
  return `:${two(number)}`;
}
