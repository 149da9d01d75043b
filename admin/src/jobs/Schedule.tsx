import Box from "@mui/material/Box";
import { useLocale, useTranslate } from "react-admin";
import type { Job } from "./records";
import { scheduleOf } from "./schedule";

/** When a job fires, in words; what the YAML says of it stays in sight. */
export function Schedule({ job }: { job: Job }) {
  const locale = useLocale();
  const translate = useTranslate();
  const words = scheduleOf(job, locale)
    ?.map(({ key, values }) => translate(`jobs.schedule.${key}`, values))
    .join(" ");
  return (
    <Box sx={{ minWidth: 0, overflowWrap: "anywhere" }}>
      {words && <Box sx={{ "&::first-letter": { textTransform: "uppercase" } }}>{words}</Box>}
      {job.cron && (
        <Box sx={{ color: "text.secondary", fontSize: "0.92em" }}>
          <code>{job.cron}</code> {!words && job.timezone}
        </Box>
      )}
    </Box>
  );
}
