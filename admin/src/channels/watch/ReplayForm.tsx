import PlayIcon from "@mui/icons-material/PlayArrow";
import StopIcon from "@mui/icons-material/Stop";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import TextField from "@mui/material/TextField";
import { type FormEvent, useState } from "react";
import { useTranslate } from "react-admin";
import type { Replay } from "./useWatch";

const DURATION = /^[0-9]{1,9}(ms|s|m|h|d)$/;

interface ReplayFormProps {
  most: number;
  isWatching: boolean;
  replay: { lastN: string; maxAge: string };
  onChange: (replay: { lastN: string; maxAge: string }) => void;
  onStart: (replay: Replay) => void;
  onStop: () => void;
}

/** What a watch begins with, and the button that begins and ends it. */
export function ReplayForm({ most, isWatching, replay, onChange, onStart, onStop }: ReplayFormProps) {
  const translate = useTranslate();
  const [isChecked, setChecked] = useState(false);
  const lastN = replay.lastN.trim();
  const maxAge = replay.maxAge.trim();
  const badNumber = !/^[0-9]{1,9}$/.test(lastN) || Number(lastN) > most;
  const badAge = maxAge !== "" && !DURATION.test(maxAge);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setChecked(true);
    if (isWatching) return onStop();
    if (!badNumber && !badAge) onStart({ lastN: Number(lastN), maxAge });
  };
  return (
    <Box
      component="form"
      noValidate
      onSubmit={submit}
      sx={{ display: "flex", flexWrap: "wrap", gap: 1, alignItems: "flex-start" }}
    >
      <TextField
        label={translate("channels.watch.lastN")}
        value={replay.lastN}
        onChange={(event) => onChange({ ...replay, lastN: event.target.value })}
        disabled={isWatching}
        error={isChecked && badNumber}
        helperText={
          !isWatching &&
          translate(isChecked && badNumber ? "channels.watch.badNumber" : "channels.watch.lastNHelp", {
            most,
          })
        }
        slotProps={{ htmlInput: { inputMode: "numeric" } }}
        sx={{ width: 168, m: 0 }}
      />
      <TextField
        label={translate("channels.watch.maxAge")}
        value={replay.maxAge}
        onChange={(event) => onChange({ ...replay, maxAge: event.target.value })}
        disabled={isWatching}
        error={isChecked && badAge}
        helperText={
          !isWatching && translate(isChecked && badAge ? "channels.watch.badAge" : "channels.watch.maxAgeHelp")
        }
        sx={{ width: 148, m: 0 }}
      />
      <Button
        type="submit"
        variant={isWatching ? "outlined" : "contained"}
        startIcon={isWatching ? <StopIcon /> : <PlayIcon />}
        sx={{ height: 38 }}
      >
        {translate(isWatching ? "channels.watch.stop" : "channels.watch.start")}
      </Button>
    </Box>
  );
}
