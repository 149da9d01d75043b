import Play from "@mui/icons-material/PlayArrow";
import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { useParams } from "react-router-dom";
import { Failure } from "../../shell/Failure";
import { Page } from "../../shell/Page";
import { Splash } from "../../shell/Splash";
import { Runs } from "../list/Runs";
import { StateFilter } from "../list/StateFilter";
import { useJobs } from "../queries";
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
      {data && !job && <Alert severity="info">{translate("jobs.unknown", { name })}</Alert>}
      {job && <About job={job} />}
      {data && <RunsOf name={name} />}
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
