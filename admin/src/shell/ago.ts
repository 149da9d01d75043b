const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["second", 60],
  ["minute", 60],
  ["hour", 24],
  ["day", 30],
  ["month", 12],
];

const JUST_NOW_S = 5;

/** Say how long before or after `now` a moment is, in the largest unit that it fills: "3 minutes ago", "in 2 days". */
export function ago(at: Date, now: Date, locale: string): string {
  const format = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  let value = (at.getTime() - now.getTime()) / 1000;
  if (Math.abs(value) < JUST_NOW_S) return format.format(0, "second");
  for (const [unit, size] of UNITS) {
    if (Math.abs(value) < size) return format.format(Math.trunc(value), unit);
    value /= size;
  }
  return format.format(Math.trunc(value), "year");
}

/** Return after how many milliseconds what `ago` says may have changed. */
export function nextChange(at: Date, now: Date): number {
  const seconds = Math.abs(at.getTime() - now.getTime()) / 1000;
  if (seconds < 60) return 1_000;
  return seconds < 3_600 ? 15_000 : 300_000;
}
