import Paper from "@mui/material/Paper";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { Empty } from "../../shell/Empty";
import { Failure } from "../../shell/Failure";
import { Page } from "../../shell/Page";
import { Splash } from "../../shell/Splash";
import { useJobs } from "../queries";
import type { Job } from "../records";
import { StartDialog } from "../start/StartDialog";
import { JobRow } from "./JobRow";
import { JobTabs } from "./JobTabs";

/** All jobs: when they run, how the last run went, what is running now. */
export function JobList() {
  const translate = useTranslate();
  const { data, error, refetch, running } = useJobs();
  const [chosen, setChosen] = useState<Job | null>(null);
  const jobs = data?.items ?? [];
  return (
    <Page title="jobs.title">
      <JobTabs value="jobs" />
      <Typography color="textSecondary">{translate("jobs.help")}</Typography>
      {error && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <Splash />}
      {data && jobs.length === 0 && <Empty title={translate("jobs.empty")} help={translate("jobs.emptyHelp")} />}
      {jobs.length > 0 && (
        <Paper component="ul" variant="outlined" sx={{ listStyle: "none", m: 0, p: 0, overflow: "hidden" }}>
          {jobs.map((job) => (
            <JobRow
              key={job.name}
              job={job}
              running={running.filter((run) => run.job === job.name)}
              onStart={() => setChosen(job)}
            />
          ))}
        </Paper>
      )}
      {chosen && <StartDialog job={chosen} onClose={() => setChosen(null)} />}
    </Page>
  );
}
