const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];
const STEP = 1024;

/** Say how much memory or disk something takes: "1.5 GiB". */
export function bytes(count: number, locale: string): string {
  let value = count;
  let unit = 0;
  while (value >= STEP && unit < UNITS.length - 1) {
    value /= STEP;
    unit += 1;
  }
  return `${number(value, locale, value < 10 && unit > 0 ? 1 : 0)} ${UNITS[unit]}`;
}

/** Say a number with at most so many decimals. */
export function number(value: number, locale: string, decimals = 0): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: decimals }).format(value);
}

/** Say a rate or a duration: the smaller it is, the more exactly. */
export function amount(value: number, locale: string): string {
  return number(value, locale, value < 10 ? 2 : value < 100 ? 1 : 0);
}

/** Say a share of something. */
export function share(part: number, whole: number, locale: string): string {
  return new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 }).format(whole ? part / whole : 0);
}
