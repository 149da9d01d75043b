import ExpandIcon from "@mui/icons-material/ChevronRight";
import CopyIcon from "@mui/icons-material/ContentCopy";
import Box from "@mui/material/Box";
import ButtonBase from "@mui/material/ButtonBase";
import Chip from "@mui/material/Chip";
import IconButton from "@mui/material/IconButton";
import Tooltip from "@mui/material/Tooltip";
import { memo, useState } from "react";
import { useLocale, useTranslate } from "react-admin";
import { MONO } from "../../shell/theme";
import { useCopy } from "../../shell/useCopy";
import type { MessageEntry } from "./feed";
import { JsonTree } from "./JsonTree";

/** More of a message than this is not put on one line. */
const LONGEST_LINE = 240;

/** One message: a line, and all of it when it is opened. */
export const MessageRow = memo(function MessageRow({ entry }: { entry: MessageEntry }) {
  const translate = useTranslate();
  const locale = useLocale();
  const copy = useCopy();
  const [isOpen, setOpen] = useState(false);
  const time = clock(entry.at, locale ?? "en");
  return (
    // What is scrolled out of sight is not laid out by the browser: hundreds of lines cost little.
    <Box sx={{ borderBottom: 1, borderColor: "divider", contentVisibility: "auto", containIntrinsicSize: "auto 34px" }}>
      <Box sx={{ display: "flex", alignItems: "flex-start" }}>
        <ButtonBase
          aria-expanded={isOpen}
          aria-label={translate("channels.watch.expand", { type: entry.type, time })}
          onClick={() => setOpen(!isOpen)}
          sx={{
            flex: 1,
            minWidth: 0,
            display: "flex",
            justifyContent: "flex-start",
            alignItems: "center",
            gap: 1,
            px: 1,
            py: 0.75,
            textAlign: "left",
            font: "inherit",
            "&:hover": { bgcolor: "action.hover" },
            "&.Mui-focusVisible": { outlineOffset: -2 },
          }}
        >
          <ExpandIcon fontSize="small" sx={{ color: "text.secondary", rotate: isOpen ? "90deg" : "0deg" }} />
          <Box component="time" dateTime={entry.at} sx={{ ...FIXED, color: "text.secondary", flex: "none" }}>
            {time}
          </Box>
          <Box component="span" sx={{ fontWeight: 600, flex: "none", maxWidth: "45%", overflowWrap: "anywhere" }}>
            {entry.type}
          </Box>
          {entry.transient && (
            <Tooltip title={translate("channels.watch.transientHelp")}>
              <Chip
                size="small"
                variant="outlined"
                label={translate("channels.watch.transient")}
                sx={{ flex: "none" }}
              />
            </Tooltip>
          )}
          <Box
            component="span"
            sx={{ ...FIXED, ...ONE_LINE, color: "text.secondary", display: { xs: "none", sm: "block" } }}
          >
            {lineOf(entry)}
          </Box>
        </ButtonBase>
        <Tooltip title={translate("channels.watch.copy")}>
          <IconButton
            size="small"
            aria-label={translate("channels.watch.copy")}
            onClick={() => void copy(JSON.stringify(entry.body, null, 2))}
            sx={{ m: 0.25 }}
          >
            <CopyIcon fontSize="inherit" />
          </IconButton>
        </Tooltip>
      </Box>
      {isOpen && (
        <Box sx={{ pl: { xs: 1.5, sm: 4.5 }, pr: 1, pb: 1 }}>
          <JsonTree value={entry.body} />
        </Box>
      )}
    </Box>
  );
});

const FIXED = { fontFamily: MONO, fontSize: "0.8rem" } as const;
const ONE_LINE = { overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap", minWidth: 0 } as const;

/** Return a message's content on one line, without what the row says already. */
function lineOf({ body }: MessageEntry): string {
  const { type: _type, channel: _channel, timestamp: _timestamp, ...rest } = body;
  const parts = Object.entries(rest).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return parts.join("  ").slice(0, LONGEST_LINE);
}

function clock(at: string, locale: string): string {
  const moment = new Date(at);
  if (Number.isNaN(moment.getTime())) return at;
  const format = {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
    hour12: false,
  } as const;
  return moment.toLocaleTimeString(locale, format);
}
