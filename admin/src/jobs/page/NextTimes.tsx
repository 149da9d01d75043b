import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { useLocale, useTranslate } from "react-admin";
import { Countdown, exactly } from "../Countdown";
import { duration } from "../durations";
import { Facts, Panel } from "../Facts";
import { type Job, STATES } from "../records";
import { StateChip } from "../StateChip";

/** When a job runs next, and how it went in the last 24 hours. */
export function NextTimes({ job }: { job: Job }) {
  const translate = useTranslate();
  const locale = useLocale();
  const counted = STATES.filter((state) => job.lastDay[state] > 0);
  return (
    <Box sx={{ display: "grid", gap: 2, alignContent: "start" }}>
      <Panel title={translate("jobs.next.title")}>
        {job.nextTimes.length === 0 && (
          <Typography variant="body2" color="textSecondary">
            {translate("jobs.next.none")}
          </Typography>
        )}
        <Facts items={job.nextTimes.map((at) => [exactly(at, locale), <Countdown key={at} at={at} />])} />
      </Panel>
      <Panel title={translate("jobs.job.lastDay")}>
        <Box sx={{ display: "flex", flexWrap: "wrap", columnGap: 2, rowGap: 1 }}>
          {counted.map((state) => (
            <Box key={state} sx={{ display: "flex", alignItems: "center", gap: 0.75 }}>
              <StateChip state={state} /> {job.lastDay[state].toLocaleString(locale)}
            </Box>
          ))}
          {counted.length === 0 && (
            <Typography variant="body2" color="textSecondary">
              {translate("jobs.none")}
            </Typography>
          )}
        </Box>
        {job.averageSeconds !== null && (
          <Typography variant="body2">
            {translate("jobs.job.average", { time: duration(job.averageSeconds) })}
          </Typography>
        )}
      </Panel>
    </Box>
  );
}
