import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import Paper from "@mui/material/Paper";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import { useTranslate } from "react-admin";
import { Link as RouterLink } from "react-router-dom";
import { When } from "../../shell/When";
import { duration, secondsBetween } from "../durations";
import { RunProgress } from "../RunProgress";
import { type Run, runPage } from "../records";
import { Starter } from "../Starter";
import { StateChip } from "../StateChip";

const FROM_SM = { display: { xs: "none", sm: "table-cell" } };
const FROM_MD = { display: { xs: "none", md: "table-cell" } };

interface RunTableProps {
  runs: Run[];
  users: Record<string, string>;
  /** Whether the job's name has a column. */
  named: boolean;
}

export function RunTable({ runs, users, named }: RunTableProps) {
  const translate = useTranslate();
  return (
    <Paper variant="outlined" sx={{ overflow: "hidden" }}>
      <Table size="small" aria-label={translate("jobs.runs")} sx={{ tableLayout: { xs: "fixed", md: "auto" } }}>
        <TableHead>
          <TableRow>
            <TableCell sx={{ width: { xs: "9.5rem", md: "auto" } }}>{translate("jobs.column.state")}</TableCell>
            <TableCell>{translate(named ? "jobs.column.job" : "jobs.column.queued")}</TableCell>
            {named && <TableCell sx={FROM_SM}>{translate("jobs.column.queued")}</TableCell>}
            <TableCell sx={FROM_SM}>{translate("jobs.column.took")}</TableCell>
            <TableCell sx={FROM_MD}>{translate("jobs.column.attempts")}</TableCell>
            <TableCell sx={FROM_MD}>{translate("jobs.column.by")}</TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {runs.map((run) => (
            <RunRow key={run.id} run={run} users={users} named={named} />
          ))}
        </TableBody>
      </Table>
    </Paper>
  );
}

function RunRow({ run, users, named }: Omit<RunTableProps, "runs"> & { run: Run }) {
  const took = secondsBetween(run.startedAt, run.finishedAt);
  const queued = <When at={run.queuedAt} />;
  return (
    <TableRow hover data-run={run.id}>
      <TableCell>
        <StateChip state={run.state} />
      </TableCell>
      <TableCell sx={{ overflowWrap: "anywhere" }}>
        <Link component={RouterLink} to={runPage(run.id)}>
          {named ? run.job : queued}
        </Link>
        {named && <Box sx={{ display: { sm: "none" }, color: "text.secondary", fontSize: "0.92em" }}>{queued}</Box>}
        {run.state === "running" && <RunProgress run={run} />}
        {run.error && run.state !== "running" && (
          <Box sx={{ color: "text.secondary", fontSize: "0.92em" }}>
            {run.error.type}: {run.error.message.slice(0, 200)}
          </Box>
        )}
      </TableCell>
      {named && <TableCell sx={FROM_SM}>{queued}</TableCell>}
      <TableCell sx={{ ...FROM_SM, whiteSpace: "nowrap" }}>{took === null ? "–" : duration(took)}</TableCell>
      <TableCell sx={FROM_MD}>{run.attempt}</TableCell>
      <TableCell sx={{ ...FROM_MD, overflowWrap: "anywhere" }}>
        <Starter run={run} users={users} />
      </TableCell>
    </TableRow>
  );
}
