/** How many messages there had been at some moment; `at` in milliseconds. */
interface Count {
  at: number;
  messages: number;
}

/** The last counts of each channel, oldest first. */
export type History = ReadonlyMap<string, readonly Count[]>;

/** How many counts are remembered: a minute of them. */
export const MOST_COUNTS = 31;

/** Return the history with one more look at all channels; those that are gone are forgotten. */
export function extended(history: History, at: number, channels: { name: string; messages: number }[]): History {
  return new Map(
    channels.map(({ name, messages }) => {
      const before = history.get(name) ?? [];
      const last = before.at(-1);
      if (last && last.at >= at) return [name, before];
      // A number that has gone down is another channel of that name, or another start of the server.
      const kept = last && messages < last.messages ? [] : before;
      return [name, [...kept, { at, messages }].slice(-MOST_COUNTS)];
    }),
  );
}

/** Return the messages a second between one look and the next, oldest first. */
export function ratesOf(counts: readonly Count[] | undefined): number[] {
  const rates: number[] = [];
  for (const [index, count] of (counts ?? []).entries()) {
    const before = counts?.[index - 1];
    if (before) rates.push(((count.messages - before.messages) * 1000) / (count.at - before.at));
  }
  return rates;
}

/** Return a line through some numbers as the points of an SVG, from the lower left; the newest is at the right. */
export function lineOf(values: readonly number[], width: number, height: number, most: number): string {
  const top = Math.max(1, ...values);
  const step = width / (most - 1);
  const start = width - step * (values.length - 1);
  return values.map((v, i) => `${(start + i * step).toFixed(1)},${(height - (v / top) * height).toFixed(1)}`).join(" ");
}
