import { duration } from "./durations";

const HOUR_S = 3_600;

/** Say how long it still is to a moment; null from that moment on. */
export function countdown(at: Date, now: Date): string | null {
  const seconds = Math.ceil((at.getTime() - now.getTime()) / 1000);
  return seconds <= 0 ? null : duration(seconds);
}

/** Return after how many milliseconds what `countdown` says has changed. */
export function nextStep(at: Date, now: Date): number {
  return at.getTime() - now.getTime() > HOUR_S * 1000 ? 30_000 : 1_000;
}
