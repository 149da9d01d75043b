import Box from "@mui/material/Box";
import { useQuery } from "@tanstack/react-query";
import { useTranslate } from "react-admin";
import { useParams } from "react-router-dom";
import { api } from "../../server/api";
import { Failure } from "../../shell/Failure";
import { Page } from "../../shell/Page";
import { Splash } from "../../shell/Splash";
import { Panel } from "../Facts";
import { BackToJobs } from "../page/BackToJobs";
import { JOBS_KEY, useRun } from "../queries";
import { type Job, jobPage, type WholeRun } from "../records";
import { ErrorPanel } from "./ErrorPanel";
import { JsonValue } from "./JsonValue";
import { RunActions } from "./RunActions";
import { RunFacts } from "./RunFacts";
import { RunHead } from "./RunHead";
import { RunLog } from "./RunLog";

/** One run: how it stands and stood, what it was given, what it says, what came of it. */
export function RunPage() {
  const { id = "" } = useParams();
  const translate = useTranslate();
  const { data: run, error, refetch } = useRun(id);
  const { data: jobs } = useQuery({
    queryKey: JOBS_KEY,
    queryFn: ({ signal }) => api.get<{ items: Job[] }>("_jobs", { signal }),
  });
  const job = jobs?.items.find((one) => one.name === run?.job) ?? null;
  return (
    <Page
      title={run ? translate("jobs.run.title", { job: run.job }) : "jobs.runs"}
      actions={
        <>
          {run ? <BackToJobs to={jobPage(run.job)} label={run.job} /> : <BackToJobs />}
          {run && <RunActions run={run} job={job} />}
        </>
      }
    >
      {error && <Failure error={error} retry={() => void refetch()} />}
      {!run && !error && <Splash />}
      {run && <Whole run={run} job={job} />}
    </Page>
  );
}

/** What is long scrolls in its place, and does not make its column wider. */
const COLUMN = { display: "grid", gap: 2, gridTemplateColumns: "minmax(0, 1fr)" };

function Whole({ run, job }: { run: WholeRun; job: Job | null }) {
  const translate = useTranslate();
  const steps = Object.entries(run.steps);
  return (
    <>
      <RunHead run={run} />
      <Box
        sx={{
          display: "grid",
          gap: 2,
          alignItems: "start",
          gridTemplateColumns: { xs: "minmax(0, 1fr)", lg: "minmax(0, 2fr) minmax(0, 1fr)" },
        }}
      >
        <Box sx={COLUMN}>
          {run.error && <ErrorPanel error={run.error} />}
          <RunLog lines={run.log} />
          {(run.result !== null || run.state === "succeeded") && (
            <Panel title={translate("jobs.run.result")}>
              {run.result === null ? translate("jobs.run.noResult") : <JsonValue value={run.result} />}
            </Panel>
          )}
        </Box>
        <Box sx={COLUMN}>
          <RunFacts run={run} job={job} />
          <Panel title={translate("jobs.run.input")}>
            <JsonValue value={run.input} />
          </Panel>
          {steps.length > 0 && (
            <Panel title={translate("jobs.run.steps")} help={translate("jobs.run.stepsHelp")}>
              {steps.map(([name, result]) => (
                <div key={name}>
                  <strong>{name}</strong>
                  <JsonValue value={result} />
                </div>
              ))}
            </Panel>
          )}
        </Box>
      </Box>
    </>
  );
}
