import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Paper from "@mui/material/Paper";
import { useTranslate } from "react-admin";
import { RunProgress } from "../RunProgress";
import { isOver, type WholeRun } from "../records";
import { StateChip } from "../StateChip";

/** The state of a run and how far it has come: what one looks at while it goes on. */
export function RunHead({ run }: { run: WholeRun }) {
  const translate = useTranslate();
  return (
    <Paper variant="outlined" sx={{ p: 2, display: "grid", gap: 1.5 }}>
      <Box role="status" aria-label={translate("jobs.column.state")}>
        <StateChip state={run.state} />
      </Box>
      {run.startedAt !== null && <RunProgress run={run} live />}
      {run.cancelAt !== null && !isOver(run) && <Alert severity="warning">{translate("jobs.cancel.asked")}</Alert>}
    </Paper>
  );
}
