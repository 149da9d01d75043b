import { useEffect, useState } from "react";
import { useLocale, useTranslate } from "react-admin";
import { countdown, nextStep } from "./countdown";

/** How long it is until a moment, counting down; the moment itself is the title. */
export function Countdown({ at }: { at: string }) {
  const translate = useTranslate();
  const locale = useLocale();
  const [now, setNow] = useState(() => new Date());
  const moment = new Date(at);
  const step = nextStep(moment, now);
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), step);
    return () => clearInterval(timer);
  }, [step]);
  const time = countdown(moment, now);
  return (
    <time dateTime={at} title={exactly(at, locale)} style={{ fontVariantNumeric: "tabular-nums" }}>
      {time === null ? translate("jobs.next.now") : translate("jobs.next.in", { time })}
    </time>
  );
}

/** Return a moment in full, on this browser's clock. */
export function exactly(at: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" }).format(new Date(at));
}
