import type { Sample } from "./records";

/** What the charts show: the last hour. */
export const SHOWN_MS = 3_600_000;

/** Return samples with a newer one, without what is too old to be shown. */
export function withSample(samples: Sample[], sample: Sample): Sample[] {
  const newest = samples.at(-1);
  if (newest && newest.at >= sample.at) return samples;
  const since = Date.parse(sample.at) - SHOWN_MS;
  return [...samples.filter((one) => Date.parse(one.at) >= since), sample];
}

/** One number of a sample. */
export type Measure = (sample: Sample) => number | null;

/** Return what a chart draws: moments in seconds, then each line's numbers. A pause in between is left open. */
export function columnsOf(samples: Sample[], measures: Measure[]): [number[], ...(number | null)[][]] {
  const rows = samples.flatMap((sample, index) => {
    const before = samples[index - 1];
    const at = Date.parse(sample.at) / 1000;
    const isAfterPause = before !== undefined && at - Date.parse(before.at) / 1000 > PAUSE_S;
    const row = { at, values: measures.map((measure) => measure(sample)) };
    return isAfterPause ? [{ at: at - sample.seconds, values: measures.map(() => null) }, row] : [row];
  });
  return [rows.map((row) => row.at), ...measures.map((_, line) => rows.map((row) => row.values[line] ?? null))];
}

/** Samples of the history are ten seconds apart. */
const PAUSE_S = 30;

/** Return one sample for each minute, newest first, for who reads numbers rather than lines. */
export function byMinute(samples: Sample[]): Sample[] {
  const minutes = new Map<string, Sample>();
  for (const sample of samples) minutes.set(sample.at.slice(0, 16), sample);
  return [...minutes.values()].reverse();
}
