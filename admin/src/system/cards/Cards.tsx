import Box from "@mui/material/Box";
import { useLocale, useTranslate } from "react-admin";
import { duration } from "../../jobs/durations";
import { Facts, Panel } from "../../jobs/Facts";
import { When } from "../../shell/When";
import { amount, bytes, number, share } from "../amounts";
import type { Sample, SystemFacts } from "../records";
import { Collections } from "./Collections";

interface CardsProps {
  facts: SystemFacts;
  sample: Sample;
}

/** The facts, a card for each part of the server. */
export function Cards({ facts, sample }: CardsProps) {
  return (
    <Box
      sx={{
        columnWidth: "19rem",
        columnGap: 2,
        "& > *": { breakInside: "avoid", mb: 2 },
      }}
    >
      <Requests facts={facts} sample={sample} />
      <Realtime facts={facts} sample={sample} />
      <Process facts={facts} sample={sample} />
      <Work facts={facts} sample={sample} />
      <Store facts={facts} />
      <Versions facts={facts} />
    </Box>
  );
}

function useCard() {
  const translate = useTranslate();
  const locale = useLocale();
  return {
    locale,
    t: (key: string, values?: Record<string, string | number>) => translate(`system.${key}`, values),
    count: (value: number) => number(value, locale),
    size: (value: number | null) => (value === null ? null : bytes(value, locale)),
  };
}

function Requests({ facts: { requests }, sample }: CardsProps) {
  const { t, locale, count } = useCard();
  const ms = (value: number | null) => (value === null ? "–" : t("ms", { value: amount(value, locale) }));
  return (
    <Panel title={t("requests.title")}>
      <Facts
        items={[
          [t("requests.rate"), t("perSecond", { value: amount(sample.requests, locale) })],
          [
            t("requests.took"),
            t("requests.percentiles", { p50: ms(sample.p50), p95: ms(sample.p95), p99: ms(sample.p99) }),
          ],
          [t("requests.errors"), count(requests.statuses["5xx"] ?? 0)],
          [t("requests.refused"), count(requests.statuses["4xx"] ?? 0)],
          [t("requests.total"), count(requests.total)],
        ]}
      />
    </Panel>
  );
}

function Realtime({ facts: { realtime, broker }, sample }: CardsProps) {
  const { t, locale, count, size } = useCard();
  const most = realtime.maxConnections;
  return (
    <Panel title={t("realtime.title")}>
      <Facts
        items={[
          [
            t("realtime.connections"),
            most === 0 ? count(sample.connections) : t("of", { value: count(sample.connections), most: count(most) }),
          ],
          [
            t("realtime.subscriptions"),
            t("realtime.onChannels", { value: count(realtime.subscriptions), channels: count(realtime.channels) }),
          ],
          [t("realtime.events"), t("perSecond", { value: amount(sample.events, locale) })],
          [t("realtime.sent"), `${count(realtime.eventsSent)} (${size(realtime.bytesSent)})`],
          [t("realtime.drops"), count(realtime.drops)],
          [t("realtime.refused"), count(realtime.refused)],
          [t("realtime.timeouts"), count(realtime.sendTimeouts)],
          [t("realtime.broker"), t(broker === "memory" ? "realtime.memory" : "realtime.shared", { broker })],
        ]}
      />
    </Panel>
  );
}

function Process({ facts: { process, disk }, sample }: CardsProps) {
  const { t, locale, count, size } = useCard();
  const files = process.openFiles;
  return (
    <Panel title={t("process.title")}>
      <Facts
        items={[
          [t("process.started"), <When key="started" at={process.startedAt} />],
          [t("process.pid"), process.pid],
          [t("process.memory"), size(sample.rss)],
          [
            t("process.cpu"),
            t("process.cpuOf", { value: number(sample.cpu, locale, 1), processors: process.processors ?? 1 }),
          ],
          [t("process.lag"), sample.loopLag === null ? null : t("ms", { value: amount(sample.loopLag, locale) })],
          [t("process.threads"), sample.threads],
          [
            t("process.files"),
            files === null || process.openFilesLimit === null
              ? files
              : t("of", { value: count(files), most: count(process.openFilesLimit) }),
          ],
          [
            t("process.disk"),
            disk &&
              t("process.free", {
                value: bytes(disk.freeBytes, locale),
                share: share(disk.freeBytes, disk.totalBytes, locale),
              }),
          ],
        ]}
      />
    </Panel>
  );
}

function Work({ facts: { hooks, jobs, project }, sample }: CardsProps) {
  const { t, count } = useCard();
  return (
    <Panel title={t("work.title")}>
      <Facts
        items={[
          [t("work.running"), t("of", { value: sample.runs, most: jobs.capacity })],
          [t("work.waiting"), count(sample.waiting)],
          [t("work.failedRuns"), count(jobs.ended.failed ?? 0)],
          [t("work.hooks"), count(hooks.functions)],
          [t("work.calls"), count(hooks.calls)],
          [t("work.failures"), count(hooks.failures)],
          [t("work.timeouts"), count(hooks.timeouts)],
          [t("work.blocks"), count(hooks.loopBlocks)],
          [t("work.edition"), t("work.editionOf", { edition: project.edition })],
        ]}
      />
    </Panel>
  );
}

function Store({ facts: { store } }: { facts: SystemFacts }) {
  const { t, count, size } = useCard();
  const sizes = Object.entries(store.sizeBytes ?? {});
  return (
    <Panel title={t("store.title")}>
      <Facts
        items={[
          [t("store.kind"), t(`store.kinds.${store.name}`)],
          [t("store.place"), store.place && <code key="place">{store.place}</code>],
          ...sizes.map(([name, value]): [string, string | null] => [t(`store.sizes.${name}`), size(value)]),
          [t("store.durable"), t(store.durable ? "store.survives" : "store.perishes")],
          [t("store.atomic"), t(store.atomicBatches ? "store.allOrNothing" : "store.oneByOne")],
          [t("store.changes"), store.changes && count(store.changes.records)],
        ]}
      />
      {store.collections && <Collections collections={store.collections} />}
    </Panel>
  );
}

function Versions({ facts: { versions, process } }: { facts: SystemFacts }) {
  const { t } = useCard();
  return (
    <Panel title={t("versions.title")}>
      <Facts
        items={[
          ["Hookstream", versions.hookstream],
          ["Python", versions.python],
          ["aiohttp", versions.aiohttp],
          [t("store.title"), versions.store],
          [t("versions.system"), versions.system],
          [t("versions.uptime"), duration(process.uptimeSeconds)],
        ]}
      />
    </Panel>
  );
}
