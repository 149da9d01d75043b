/** Say how long something takes or took, in the two largest units: "1 min 5 s", "250 ms". */
export function duration(seconds: number): string {
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10) return `${Number(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return joined(whole, 60, "min", "s");
  if (whole < 86_400) return joined(Math.floor(whole / 60), 60, "h", "min");
  return joined(Math.floor(whole / 3_600), 24, "d", "h");
}

function joined(value: number, size: number, large: string, small: string): string {
  const rest = value % size;
  return `${Math.floor(value / size)} ${large}${rest ? ` ${rest} ${small}` : ""}`;
}

/** Return how many seconds lie between two moments; null where one is missing. */
export function secondsBetween(from: string | null, to: string | null): number | null {
  if (from === null || to === null) return null;
  return (Date.parse(to) - Date.parse(from)) / 1000;
}
