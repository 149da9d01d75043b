import Play from "@mui/icons-material/PlayArrow";
import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { useParams } from "react-router-dom";
import { isProblem } from "../../server/problem";
import { Failure } from "../../shell/Failure";
import { Page } from "../../shell/Page";
import { Splash } from "../../shell/Splash";
import { NoJob } from "../list/NoJob";
import { Runs } from "../list/Runs";
import { StateFilter } from "../list/StateFilter";
import { useJobs, useRuns } from "../queries";
import type { Job, RunState } from "../records";
import { StartDialog } from "../start/StartDialog";
import { BackToJobs } from "./BackToJobs";
import { JobFacts } from "./JobFacts";
import { NextTimes } from "./NextTimes";

/** One job: what the YAML says of it, when it runs next, and its runs. */
export function JobPage() {
  const { name = "" } = useParams();
  const translate = useTranslate();
  const { data, error, refetch } = useJobs();
  const [isStarting, setStarting] = useState(false);
  const job = data?.items.find((one) => one.name === name);
  const start = (
    <Button variant="contained" startIcon={<Play />} onClick={() => setStarting(true)}>
      {translate("jobs.start.run")}
    </Button>
  );
  return (
    <Page
      title={name}
      actions={
        <>
          <BackToJobs />
          {job && start}
        </>
      }
    >
      {error && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <Splash />}
      {data && !job && <Unknown key={name} name={name} />}
      {job && <About job={job} />}
      {job && <RunsOf key={name} name={name} />}
      {job && isStarting && <StartDialog job={job} onClose={() => setStarting(false)} />}
    </Page>
  );
}

function About({ job }: { job: Job }) {
  return (
    <>
      {job.description && <Typography>{job.description}</Typography>}
      <Box
        sx={{
          display: "grid",
          gap: 2,
          alignItems: "start",
          gridTemplateColumns: { xs: "minmax(0, 1fr)", md: "1fr 1fr" },
        }}
      >
        <JobFacts job={job} />
        <NextTimes job={job} />
      </Box>
    </>
  );
}

/** A name that no job has: it may have had one, and then what is on record of it is still there to be read. */
function Unknown({ name }: { name: string }) {
  const translate = useTranslate();
  const { data, runs, error, refetch } = useRuns({ job: name, state: null });
  if ((isProblem(error, 404) || data) && runs.length === 0) return <NoJob name={name} />;
  if (!data) return error ? <Failure error={error} retry={() => void refetch()} /> : <Splash />;
  return (
    <>
      <Alert severity="info">{translate("jobs.unknown.removed", { name })}</Alert>
      <RunsOf name={name} />
    </>
  );
}

function RunsOf({ name }: { name: string }) {
  const translate = useTranslate();
  const [state, setState] = useState<RunState | null>(null);
  return (
    <>
      <Typography variant="h2" sx={{ mt: 1 }}>
        {translate("jobs.job.recent")}
      </Typography>
      <StateFilter job={name} value={state} onChange={setState} />
      <Runs filter={{ job: name, state }} />
    </>
  );
}
