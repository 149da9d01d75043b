/** Moments between the server's writing (UTC, milliseconds) and that of an input for local time. */

/** Return what an input for local time shows of a moment: `2026-01-15T11:30`, with seconds where there are any. */
export function toLocal(moment: string): string {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) return "";
  const two = (part: number) => String(part).padStart(2, "0");
  const day = `${String(date.getFullYear()).padStart(4, "0")}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  const milliseconds = date.getMilliseconds();
  if (!date.getSeconds() && !milliseconds) return `${day}T${time}`;
  const fraction = milliseconds ? `.${String(milliseconds).padStart(3, "0")}` : "";
  return `${day}T${time}:${two(date.getSeconds())}${fraction}`;
}

/** Return the moment that a local time means, null where it means none. */
export function toMoment(local: string): string | null {
  const date = new Date(local);
  return local === "" || Number.isNaN(date.getTime()) ? null : date.toISOString();
}

/** Return the zone of a moment as people know it: `Europe/Berlin, UTC+1`. */
export function zoneOf(
  moment: string | null,
  { timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone } = {},
): string {
  const date = moment ? new Date(moment) : new Date();
  const shown = Number.isNaN(date.getTime()) ? new Date() : date;
  const parts = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "shortOffset" }).formatToParts(shown);
  const offset = parts.find(({ type }) => type === "timeZoneName")?.value.replace(/^(GMT|UTC)([+-]0)?/, "UTC") ?? "UTC";
  return offset === timeZone ? timeZone : `${timeZone}, ${offset}`;
}
