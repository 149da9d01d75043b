import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import useMediaQuery from "@mui/material/useMediaQuery";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId } from "react";
import { useNotify, useTranslate } from "react-admin";
import { useNavigate } from "react-router-dom";
import { SchemaForm, useSchemaForm } from "../../schema";
import { api } from "../../server/api";
import { isProblem } from "../../server/problem";
import { useTextOf } from "../../shell/useProblem";
import { JOBS_KEY } from "../queries";
import { type Job, runPage } from "../records";

interface StartDialogProps {
  job: Pick<Job, "name" | "description" | "input">;
  /** What the run is given, to begin with. */
  input?: Record<string, unknown>;
  onClose: () => void;
}

/** Asks for the input of a run, starts it, and leads to it. */
export function StartDialog({ job, input, onClose }: StartDialogProps) {
  const translate = useTranslate();
  const notify = useNotify();
  const navigate = useNavigate();
  const client = useQueryClient();
  const textOf = useTextOf();
  const id = useId();
  const isNarrow = useMediaQuery("(max-width: 599px)");
  const form = useSchemaForm(job.input, input);
  const { mutate, isPending, error } = useMutation({
    mutationFn: (value: unknown) => api.post<{ jobId: string }>(`_jobs/${encodeURIComponent(job.name)}`, value),
    onSuccess: ({ jobId }) => {
      void client.invalidateQueries({ queryKey: JOBS_KEY });
      notify("jobs.start.done", { type: "success" });
      navigate(runPage(jobId));
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const read = form.read();
    if (read) mutate(read.value);
  };
  const errors = isProblem(error) ? error.errors : {};
  const isElsewhere = error !== null && Object.keys(errors).length === 0;
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="sm" fullScreen={isNarrow} aria-labelledby={id}>
      <form onSubmit={submit} noValidate style={{ display: "contents" }}>
        <DialogTitle id={id}>{translate("jobs.start.title", { name: job.name })}</DialogTitle>
        <DialogContent>
          <Stack spacing={2} sx={{ pt: 0.5 }}>
            {job.description && <Typography color="textSecondary">{job.description}</Typography>}
            {isElsewhere && <Alert severity="error">{textOf(error)}</Alert>}
            {job.input === null && <Typography variant="body2">{translate("jobs.start.noInput")}</Typography>}
            <SchemaForm form={form} errors={errors} disabled={isPending} />
          </Stack>
        </DialogContent>
        <DialogActions>
          <Button onClick={onClose}>{translate("jobs.start.cancel")}</Button>
          <Button type="submit" variant="contained" disabled={isPending}>
            {translate("jobs.start.submit")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
