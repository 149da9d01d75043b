import { useEffect, useState } from "react";
import { useLocale } from "react-admin";
import { ago, nextChange } from "./ago";

/** A moment as people say it, kept up to date; its exact time is the title. */
export function When({ at }: { at: string | null | undefined }) {
  const locale = useLocale();
  const [now, setNow] = useState(() => new Date());
  const moment = at ? new Date(at) : null;
  const wait = moment && !Number.isNaN(moment.getTime()) ? nextChange(moment, now) : null;
  useEffect(() => {
    if (wait === null) return;
    const timer = setInterval(() => setNow(new Date()), wait);
    return () => clearInterval(timer);
  }, [wait]);
  if (!moment || wait === null) return <span>–</span>;
  const exact = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "medium" }).format(moment);
  return (
    <time dateTime={moment.toISOString()} title={exact}>
      {ago(moment, now, locale)}
    </time>
  );
}
