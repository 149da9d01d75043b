import Play from "@mui/icons-material/PlayArrow";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Link from "@mui/material/Link";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";
import { useTranslate } from "react-admin";
import { Link as RouterLink } from "react-router-dom";
import { When } from "../../shell/When";
import { Countdown } from "../Countdown";
import { duration, secondsBetween } from "../durations";
import { RunProgress } from "../RunProgress";
import { type Job, jobPage, type Run, runPage } from "../records";
import { Schedule } from "../Schedule";
import { StateChip } from "../StateChip";

interface JobRowProps {
  job: Job;
  running: Run[];
  onStart: () => void;
}

/** How many of the runs that go on have a bar here. */
const MOST_SHOWN = 3;

const COLUMNS = { xs: "repeat(2, minmax(0, 1fr))", lg: "2.2fr 1.8fr 1fr 1.6fr auto" };

export function JobRow({ job, running, onStart }: JobRowProps) {
  const translate = useTranslate();
  return (
    <Box
      component="li"
      aria-label={job.name}
      sx={{
        display: "grid",
        gridTemplateColumns: COLUMNS,
        columnGap: 3,
        rowGap: 1.5,
        p: 2,
        alignItems: "start",
        "& + &": { borderTop: 1, borderColor: "divider" },
      }}
    >
      <Box sx={{ minWidth: 0, gridColumn: { xs: "1 / -1", lg: "auto" } }}>
        <Link component={RouterLink} to={jobPage(job.name)} sx={{ fontWeight: 600, overflowWrap: "anywhere" }}>
          {job.name}
        </Link>
        <Typography variant="body2" color="textSecondary">
          {job.description}
        </Typography>
      </Box>
      <Fact name="schedule">
        <Schedule job={job} />
      </Fact>
      <Fact name="next">{job.nextAt ? <Countdown at={job.nextAt} /> : "–"}</Fact>
      <Fact name="last">
        <LastRun run={job.lastRun} />
      </Fact>
      <Button
        variant="outlined"
        size="small"
        startIcon={<Play />}
        aria-label={translate("jobs.start.runOf", { name: job.name })}
        onClick={onStart}
        sx={{ justifySelf: "end", alignSelf: { xs: "end", lg: "start" }, whiteSpace: "nowrap" }}
      >
        {translate("jobs.start.run")}
      </Button>
      {running.slice(0, MOST_SHOWN).map((run) => (
        <Link
          key={run.id}
          component={RouterLink}
          to={runPage(run.id)}
          underline="none"
          color="inherit"
          sx={{ gridColumn: "1 / -1" }}
        >
          <RunProgress run={run} />
        </Link>
      ))}
      {running.length > MOST_SHOWN && (
        <Typography variant="body2" color="textSecondary" sx={{ gridColumn: "1 / -1" }}>
          + {running.length - MOST_SHOWN}
        </Typography>
      )}
    </Box>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  const translate = useTranslate();
  return (
    <Box sx={{ minWidth: 0, fontSize: "0.875rem" }}>
      <Typography variant="caption" color="textSecondary" sx={{ display: "block", lineHeight: 1.3 }}>
        {translate(`jobs.column.${name}`)}
      </Typography>
      {children}
    </Box>
  );
}

function LastRun({ run }: { run: Run | null }) {
  const translate = useTranslate();
  if (run === null) return <Box sx={{ color: "text.secondary" }}>{translate("jobs.never")}</Box>;
  const took = secondsBetween(run.startedAt, run.finishedAt);
  return (
    <Box sx={{ display: "flex", flexWrap: "wrap", columnGap: 1, rowGap: 0.5, alignItems: "center" }}>
      <StateChip state={run.state} />
      <Link component={RouterLink} to={runPage(run.id)} color="inherit">
        <When at={run.finishedAt ?? run.startedAt ?? run.queuedAt} />
      </Link>
      {took !== null && <Box sx={{ color: "text.secondary" }}>{duration(took)}</Box>}
    </Box>
  );
}
