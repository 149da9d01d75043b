import { createContext, useContext, useMemo } from "react";
import { useLocale } from "react-admin";

/** Values as the reader's language writes them. What is no such value comes back as it is. */
export interface Formats {
  number(value: unknown): string;
  date(value: unknown): string;
  moment(value: unknown): string;
  exact(value: unknown): string;
  bytes(value: unknown): string;
}

const KIB = 1024;
const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

export function formatsOf(locale: string): Formats {
  const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 20 });
  const dates = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
  const moments = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  const exact = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "long" });
  const sizes = UNITS.map(
    (unit) => new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 }),
  );
  return {
    number: (value) => (typeof value === "number" ? numbers.format(value) : String(value)),
    date: (value) => formatted(dates, value),
    moment: (value) => formatted(moments, value),
    exact: (value) => formatted(exact, value),
    bytes(value) {
      if (typeof value !== "number") return "";
      const power = Math.min(UNITS.length - 1, value > 0 ? Math.floor(Math.log(value) / Math.log(KIB)) : 0);
      return sizes[power]?.format(value / KIB ** power) ?? String(value);
    },
  };
}

function formatted(format: Intl.DateTimeFormat, value: unknown): string {
  const date = new Date(String(value));
  return Number.isNaN(date.getTime()) ? String(value) : format.format(date);
}

export const FormatsContext = createContext<Formats | null>(null);

/** Return the formats of the page's language; a list provides them once for all its cells. */
export function useFormats(): Formats {
  const given = useContext(FormatsContext);
  const locale = useLocale();
  return useMemo(() => given ?? formatsOf(locale), [given, locale]);
}
