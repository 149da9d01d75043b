import { useTranslate } from "react-admin";
import { duration } from "../durations";
import { Facts, Panel } from "../Facts";
import type { Job } from "../records";
import { Schedule } from "../Schedule";

const MIB = 1024 * 1024;

/** What the YAML says of a job, in words. */
export function JobFacts({ job }: { job: Job }) {
  const translate = useTranslate();
  const t = (key: string, values?: Record<string, string | number>) => translate(`jobs.job.${key}`, values);
  const { retries, concurrency } = job;
  const hasTrigger = job.nextAt !== null || job.cron !== null || job.everySeconds !== null || job.at !== null;
  return (
    <Panel title={t("facts")}>
      <Facts
        items={[
          [translate("jobs.column.schedule"), <Schedule key="schedule" job={job} />],
          [t("declared"), <code key="declared">{`${job.file}:${job.line}`}</code>],
          [t("code"), <code key="code">{job.code}</code>],
          [t("timeout"), duration(job.timeoutSeconds)],
          [
            t("retries"),
            retries.max === 0
              ? translate("jobs.none")
              : t("retriesValue", {
                  max: retries.max,
                  backoff: duration(retries.backoffSeconds),
                  factor: retries.factor,
                }),
          ],
          [t("overlap"), t(`overlaps.${job.overlap}`)],
          [
            t("concurrency"),
            concurrency &&
              (concurrency.key ? t("concurrencyKey", { max: concurrency.max, key: concurrency.key }) : concurrency.max),
          ],
          [t("catchUp"), hasTrigger ? t(`catchUps.${job.catchUp}`) : null],
          [t("priority"), t(`priorities.${job.priority}`)],
          [t("isolate"), t(job.isolate ? "isolated" : "shared")],
          [t("memory"), job.memoryBytes && `${Math.round(job.memoryBytes / MIB)} MiB`],
          [t("permissions"), [t("admins"), ...job.permissions].join(", ")],
        ]}
      />
    </Panel>
  );
}
