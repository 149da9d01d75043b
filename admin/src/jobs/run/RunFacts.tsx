import Copy from "@mui/icons-material/ContentCopy";
import Box from "@mui/material/Box";
import IconButton from "@mui/material/IconButton";
import { useLocale, useTranslate } from "react-admin";
import { useCopy } from "../../shell/useCopy";
import { exactly } from "../Countdown";
import { duration, secondsBetween } from "../durations";
import { Facts, Panel } from "../Facts";
import type { Job, WholeRun } from "../records";
import { Starter } from "../Starter";

/** When what happened to a run, who wanted it, and how often it was tried. */
export function RunFacts({ run, job }: { run: WholeRun; job: Job | null }) {
  const translate = useTranslate();
  const copy = useCopy();
  const t = (key: string, values?: Record<string, string | number>) => translate(`jobs.run.${key}`, values);
  return (
    <Panel title={t("timeline")}>
      <Facts
        items={[
          [
            t("scheduled"),
            run.scheduledAt && run.queuedBy === null ? <Moment key="scheduled" at={run.scheduledAt} /> : null,
          ],
          [t("queued"), <Moment key="queued" at={run.queuedAt} />],
          [t("due"), run.state === "queued" ? <Moment key="due" at={run.dueAt} /> : null],
          [
            t("began"),
            run.startedAt && <Moment at={run.startedAt} note={noteOf(t, "waited", run.dueAt, run.startedAt)} />,
          ],
          [t("asked"), run.cancelAt && <Moment at={run.cancelAt} />],
          [
            t("ended"),
            run.finishedAt && <Moment at={run.finishedAt} note={noteOf(t, "lasted", run.startedAt, run.finishedAt)} />,
          ],
          [t("by"), <Starter key="by" run={run} users={run.users} />],
          [t("cancelledBy"), run.cancelAt && (run.cancelBy ? (run.users[run.cancelBy] ?? run.cancelBy) : t("system"))],
          [t("attempt"), attemptsOf(t, run, job)],
          [t("worker"), run.worker],
          [
            t("id"),
            <Box key="id" sx={{ display: "flex", alignItems: "center", gap: 0.5 }}>
              <code>{run.id}</code>
              <IconButton size="small" aria-label={t("copyId")} onClick={() => void copy(run.id)}>
                <Copy sx={{ fontSize: 16 }} />
              </IconButton>
            </Box>,
          ],
        ]}
      />
    </Panel>
  );
}

type Tell = (key: string, values?: Record<string, string | number>) => string;

function attemptsOf(t: Tell, run: WholeRun, job: Job | null): string {
  const most = job ? job.retries.max + 1 : null;
  const count = most !== null && most > 1 ? t("attemptOf", { attempt: run.attempt, most }) : String(run.attempt);
  return run.lost > 0 ? `${count}, ${t("lost", { smart_count: run.lost })}` : count;
}

function noteOf(t: Tell, key: string, from: string | null, to: string): string | undefined {
  const seconds = secondsBetween(from, to);
  return seconds === null || seconds < 0 ? undefined : t(key, { time: duration(seconds) });
}

function Moment({ at, note }: { at: string; note?: string }) {
  const locale = useLocale();
  return (
    <>
      <time dateTime={at}>{exactly(at, locale)}</time>
      {note && <Box sx={{ color: "text.secondary" }}>{note}</Box>}
    </>
  );
}
