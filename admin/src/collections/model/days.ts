/** Days as `<input type="date">` writes them, 2026-01-15, in the time zone of whoever looks. */

export function startOfDay(day: string): string {
  return new Date(`${day}T00:00:00`).toISOString();
}

/** Return where the next day begins: days are not always 24 hours long. */
export function endOfDay(day: string): string {
  const next = new Date(`${day}T00:00:00`);
  next.setDate(next.getDate() + 1);
  return next.toISOString();
}

/** Return the day of an instant, null where it is none. */
export function dayOf(instant: string): string | null {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return null;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** Return an instant as `<input type="datetime-local">` writes it. */
export function localOf(instant: string): string {
  const day = dayOf(instant);
  if (day === null) return "";
  const date = new Date(instant);
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** Return the instant of what `<input type="datetime-local">` holds, "" for nothing. */
export function instantOf(local: string): string {
  const date = new Date(local);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString();
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}
