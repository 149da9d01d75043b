import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import { useTranslate } from "react-admin";

/** From the least to the gravest. */
const LEVELS = ["debug", "info", "warning", "error", "critical"] as const;
export type Level = (typeof LEVELS)[number];

/** Tell whether a line's level is the least wanted one or graver. */
export function reaches(level: Level, least: Level): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf(least);
}

export const COLOURS: Record<Level, string> = {
  debug: "text.secondary",
  info: "text.secondary",
  warning: "warning.main",
  error: "error.main",
  critical: "error.main",
};

interface LevelSelectProps {
  value: Level;
  onChange: (level: Level) => void;
}

/** Which lines of a log are wanted, by their level. */
export function LevelSelect({ value, onChange }: LevelSelectProps) {
  const translate = useTranslate();
  return (
    <TextField
      select
      margin="none"
      label={translate("system.log.level")}
      value={value}
      onChange={(event) => onChange(event.target.value as Level)}
      sx={{ width: 130 }}
    >
      {LEVELS.slice(0, 4).map((level) => (
        <MenuItem key={level} value={level}>
          {level}
        </MenuItem>
      ))}
    </TextField>
  );
}
