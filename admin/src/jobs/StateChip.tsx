import Cancel from "@mui/icons-material/BlockOutlined";
import Done from "@mui/icons-material/CheckCircleOutlined";
import Failed from "@mui/icons-material/ErrorOutlined";
import Waiting from "@mui/icons-material/HourglassEmpty";
import Running from "@mui/icons-material/PlayCircleOutlined";
import Skipped from "@mui/icons-material/SkipNextOutlined";
import Chip from "@mui/material/Chip";
import { useTranslate } from "react-admin";
import type { RunState } from "./records";

const LOOKS = {
  queued: { color: "default", icon: Waiting },
  running: { color: "info", icon: Running },
  succeeded: { color: "success", icon: Done },
  failed: { color: "error", icon: Failed },
  cancelled: { color: "warning", icon: Cancel },
  skipped: { color: "default", icon: Skipped },
} as const;

/** The state of a run: told in words, by a sign and by colour. */
export function StateChip({ state }: { state: RunState }) {
  const translate = useTranslate();
  const { color, icon: Icon } = LOOKS[state];
  return (
    <Chip size="small" variant="outlined" color={color} icon={<Icon />} label={translate(`jobs.state.${state}`)} />
  );
}
