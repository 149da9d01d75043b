import WarningIcon from "@mui/icons-material/WarningAmberRounded";
import Box from "@mui/material/Box";
import { useTranslate } from "react-admin";
import type { NoteEntry } from "./feed";

/** What happened to the stream between its messages. */
export function NoteRow({ entry }: { entry: NoteEntry }) {
  const translate = useTranslate();
  const key = entry.note === "reset" ? `channels.note.reset.${entry.reason}` : `channels.note.${entry.note}`;
  const missed = entry.missed === null ? "" : ` · ${translate("channels.note.missed", { smart_count: entry.missed })}`;
  const isGood = entry.note === "back";
  return (
    <Box
      data-note={entry.note}
      sx={{
        display: "flex",
        gap: 1,
        alignItems: "center",
        px: 1,
        py: 0.75,
        borderBottom: 1,
        borderColor: "divider",
        bgcolor: "action.hover",
        color: isGood ? "success.main" : "warning.main",
        fontSize: "0.85rem",
      }}
    >
      {!isGood && <WarningIcon fontSize="small" />}
      <span>
        {translate(key, { _: entry.reason ?? entry.note })}
        {missed}
      </span>
    </Box>
  );
}
