import { useLocale, useTranslate } from "react-admin";
import { amount, bytes } from "../amounts";
import type { ChartSpec } from "./lines";

/** Return a function that says a number in a chart's unit. */
export function useAmount(): (unit: ChartSpec["unit"], value: number | null | undefined) => string {
  const translate = useTranslate();
  const locale = useLocale();
  return (unit, value) => {
    if (value === null || value === undefined) return "–";
    if (unit === "bytes") return bytes(value, locale);
    const said = amount(value, locale);
    return unit === "count" ? said : translate(`system.${unit}`, { value: said });
  };
}
