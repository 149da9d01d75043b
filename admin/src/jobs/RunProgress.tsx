import Box from "@mui/material/Box";
import LinearProgress from "@mui/material/LinearProgress";
import Typography from "@mui/material/Typography";
import { useId } from "react";
import { useTranslate } from "react-admin";
import type { Run } from "./records";

interface RunProgressProps {
  run: Pick<Run, "progress" | "state" | "job">;
  /** Whether what it says is read out when it changes. */
  live?: boolean;
}

/** How far a run has come, and what it says of it. */
export function RunProgress({ run, live = false }: RunProgressProps) {
  const translate = useTranslate();
  const id = useId();
  const percent = Math.min(100, Math.max(0, Math.round(run.progress.percent)));
  const color = { failed: "error", cancelled: "warning", succeeded: "success" } as const;
  return (
    <Box sx={{ minWidth: 0 }}>
      <Box sx={{ display: "flex", alignItems: "center", gap: 1 }}>
        <LinearProgress
          variant="determinate"
          value={percent}
          color={run.state in color ? color[run.state as keyof typeof color] : "primary"}
          aria-label={translate("jobs.run.progress")}
          aria-describedby={id}
          sx={{ flex: 1, height: 8, borderRadius: 4 }}
        />
        <Typography
          variant="body2"
          sx={{ minWidth: "5ch", textAlign: "right", fontVariantNumeric: "tabular-nums", whiteSpace: "nowrap" }}
        >
          {translate("jobs.run.percent", { percent })}
        </Typography>
      </Box>
      <Typography
        id={id}
        variant="body2"
        color="textSecondary"
        aria-live={live ? "polite" : undefined}
        sx={{ overflowWrap: "anywhere" }}
      >
        {run.progress.message}
      </Typography>
    </Box>
  );
}
