import type { ChannelRecord } from "./records";

const UNITS: [string, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

/** Say a number of seconds in the largest unit that fits it evenly: "10 minutes". */
export function duration(seconds: number, locale: string): string {
  const [unit, size] = UNITS.find(([, of]) => seconds >= of && seconds % of === 0) ?? ["second", 1];
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(seconds / size);
}

type Translate = (key: string, options?: Record<string, unknown>) => string;

/** Say who may listen to a channel. */
export function scopeWords(scope: string | null, t: Translate): string {
  if (scope === null) return t("channels.scope.hook");
  if (scope.startsWith("role:")) return t("channels.scope.role", { role: scope.slice("role:".length) });
  return t(`channels.scope.${scope}`, { _: scope });
}

/** Say a channel's limits in words: what it keeps, what who is new is given, and what who is slow loses. */
export function limitWords(channel: ChannelRecord, t: Translate, locale: string) {
  const older = (seconds: number | null) =>
    seconds === null ? "" : `, ${t("channels.limits.noOlder", { age: duration(seconds, locale) })}`;
  const { bufferSize, messageTTL, lastN, maxAge } = channel;
  return {
    keeps:
      bufferSize === 0
        ? t("channels.limits.keepsNone")
        : t("channels.limits.keeps", { smart_count: bufferSize }) + older(messageTTL),
    replay:
      lastN === 0
        ? t("channels.limits.replayNone")
        : t("channels.limits.replay", { smart_count: lastN }) + older(maxAge),
    slow: t(channel.onFull === "drop-oldest" ? "channels.limits.dropOldest" : "channels.limits.dropNewest"),
  };
}
