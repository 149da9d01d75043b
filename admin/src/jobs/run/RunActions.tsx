import Again from "@mui/icons-material/PlayArrow";
import Retry from "@mui/icons-material/ReplayOutlined";
import Cancel from "@mui/icons-material/StopCircleOutlined";
import Button from "@mui/material/Button";
import Tooltip from "@mui/material/Tooltip";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNotify, useTranslate } from "react-admin";
import { api } from "../../server/api";
import { Confirm } from "../../shell/Confirm";
import { useProblem } from "../../shell/useProblem";
import { putRun } from "../queries";
import { DEAD, isOver, type Job, type Run, type WholeRun } from "../records";
import { StartDialog } from "../start/StartDialog";

/** What can be done with a run: end it, try it again, run its job with the same input. */
export function RunActions({ run, job }: { run: WholeRun; job: Job | null }) {
  const translate = useTranslate();
  const [isStarting, setStarting] = useState(false);
  return (
    <>
      {!isOver(run) && <CancelButton run={run} />}
      {DEAD.has(run.state) && <RetryButton run={run} />}
      {job && isOver(run) && (
        <Button variant="outlined" startIcon={<Again />} onClick={() => setStarting(true)}>
          {translate("jobs.start.again")}
        </Button>
      )}
      {job && isStarting && <StartDialog job={job} input={run.input} onClose={() => setStarting(false)} />}
    </>
  );
}

function CancelButton({ run }: { run: Run }) {
  const translate = useTranslate();
  const client = useQueryClient();
  const notify = useNotify();
  const tell = useProblem();
  const [isAsking, setAsking] = useState(false);
  const { mutate, isPending } = useMutation({
    mutationFn: () => api.delete<WholeRun>(`_jobs/runs/${encodeURIComponent(run.id)}`),
    onSuccess: (after) => {
      putRun(client, after);
      notify(isOver(after) ? "jobs.cancel.done" : "jobs.cancel.told", { type: "info" });
    },
    onError: tell,
    onSettled: () => setAsking(false),
  });
  return (
    <>
      <Button
        color="error"
        variant="outlined"
        startIcon={<Cancel />}
        disabled={run.cancelAt !== null}
        onClick={() => setAsking(true)}
      >
        {translate("jobs.cancel.run")}
      </Button>
      <Confirm
        isOpen={isAsking}
        isBusy={isPending}
        title={translate("jobs.cancel.title")}
        content={translate(run.state === "queued" ? "jobs.cancel.waiting" : "jobs.cancel.running")}
        confirm={translate("jobs.cancel.confirm")}
        isDestructive
        cancel={translate("jobs.cancel.keep")}
        onConfirm={() => mutate()}
        onClose={() => setAsking(false)}
      />
    </>
  );
}

function RetryButton({ run }: { run: Run }) {
  const translate = useTranslate();
  const client = useQueryClient();
  const notify = useNotify();
  const tell = useProblem();
  const { mutate, isPending } = useMutation({
    mutationFn: () => api.post<WholeRun>(`_jobs/runs/${encodeURIComponent(run.id)}/retry`),
    onSuccess: (after) => {
      putRun(client, after);
      notify("jobs.retry.done", { type: "success" });
    },
    onError: tell,
  });
  return (
    <Tooltip describeChild title={translate("jobs.retry.help")}>
      <Button variant="contained" startIcon={<Retry />} disabled={isPending} onClick={() => mutate()}>
        {translate("jobs.retry.run")}
      </Button>
    </Tooltip>
  );
}
