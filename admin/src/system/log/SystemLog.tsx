import Box from "@mui/material/Box";
import FormControlLabel from "@mui/material/FormControlLabel";
import Switch from "@mui/material/Switch";
import TextField from "@mui/material/TextField";
import { useDeferredValue, useState } from "react";
import { useTranslate } from "react-admin";
import { Panel } from "../../jobs/Facts";
import { Failure } from "../../shell/Failure";
import type { LogRecord } from "../records";
import { Lines, type ShownLine } from "./Lines";
import { type Level, LevelSelect } from "./levels";
import { fieldsOf, longOf } from "./recent";
import { useLog } from "./useLog";

/** The last lines of the server's log, as they come. */
export function SystemLog() {
  const translate = useTranslate();
  const [level, setLevel] = useState<Level>("debug");
  const [typed, setTyped] = useState("");
  const [requests, setRequests] = useState(false);
  const text = useDeferredValue(typed.trim());
  const { data, error, refetch } = useLog({ level, text, requests });
  return (
    <Panel
      title={translate("system.log.title")}
      help={translate("system.log.help")}
      actions={
        <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1.5, alignItems: "center" }}>
          <FormControlLabel
            label={translate("system.log.requests")}
            control={<Switch size="small" checked={requests} onChange={(event) => setRequests(event.target.checked)} />}
          />
          <TextField
            type="search"
            margin="none"
            label={translate("system.log.text")}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            sx={{ width: 200 }}
          />
          <LevelSelect value={level} onChange={setLevel} />
        </Box>
      }
    >
      {error && <Failure error={error} retry={() => void refetch()} />}
      <Lines
        label={translate("system.log.title")}
        lines={(data?.lines ?? []).map(shown)}
        empty={translate(text || level !== "debug" ? "system.log.none" : "system.log.empty")}
      />
    </Panel>
  );
}

function shown(record: LogRecord): ShownLine {
  const long = longOf(record);
  return {
    key: String(record.number),
    at: record.time,
    level: record.level,
    text: record.event,
    more: (
      <>
        <Box component="span" sx={{ color: "text.secondary", ml: 1.5 }}>
          {fieldsOf(record)}
        </Box>
        {long.map((part) => (
          <Box key={part} component="pre" sx={{ m: 0, whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
            {part}
          </Box>
        ))}
      </>
    ),
  };
}
