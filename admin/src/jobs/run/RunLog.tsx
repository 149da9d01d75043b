import Copy from "@mui/icons-material/ContentCopy";
import Box from "@mui/material/Box";
import IconButton from "@mui/material/IconButton";
import Tooltip from "@mui/material/Tooltip";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { useCopy } from "../../shell/useCopy";
import { Lines, type ShownLine } from "../../system/log/Lines";
import { type Level, LevelSelect, reaches } from "../../system/log/levels";
import { Panel } from "../Facts";
import type { LogLine } from "../records";

/** The log of a run. It follows what is written as long as one is at its end and wants that. */
export function RunLog({ lines }: { lines: LogLine[] }) {
  const translate = useTranslate();
  const copy = useCopy();
  const [level, setLevel] = useState<Level>("debug");
  const shown = lines.filter((line) => reaches(line.level, level));
  const text = shown.map((line) => `${line.at} ${line.level} ${line.message}`).join("\n");
  return (
    <Panel
      title={translate("jobs.log.title")}
      help={lines.length >= 200 ? translate("jobs.log.kept") : null}
      actions={
        <Box sx={{ display: "flex", alignItems: "center", gap: 1 }}>
          <LevelSelect value={level} onChange={setLevel} />
          <Tooltip title={translate("jobs.log.copy")}>
            <IconButton size="small" aria-label={translate("jobs.log.copy")} onClick={() => void copy(text)}>
              <Copy fontSize="small" />
            </IconButton>
          </Tooltip>
        </Box>
      }
    >
      <Lines
        label={translate("jobs.log.title")}
        lines={keyed(shown)}
        empty={translate(lines.length === 0 ? "jobs.log.empty" : "jobs.log.none")}
      />
    </Panel>
  );
}

/** Lines have no numbers; those of one moment are told apart by their order, which stays when old ones go. */
function keyed(lines: LogLine[]): ShownLine[] {
  const seen = new Map<string, number>();
  return lines.map(({ at, level, message }) => {
    const number = (seen.get(at) ?? 0) + 1;
    seen.set(at, number);
    return { key: `${at} ${number}`, at, level, text: message };
  });
}
