import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import FormControlLabel from "@mui/material/FormControlLabel";
import Switch from "@mui/material/Switch";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useLocale, useTranslate } from "react-admin";
import { COLOURS, type Level } from "./levels";

export interface ShownLine {
  key: string;
  at: string;
  level: Level;
  text: string;
  /** What belongs to it: fields, a traceback. */
  more?: ReactNode;
}

interface LinesProps {
  label: string;
  lines: ShownLine[];
  empty: string;
}

/** How far from its end one may be for a log to be followed still. */
const NEAR_PX = 24;

/** Lines of a log, oldest first. While it is followed its end is in sight; otherwise it says how much is new. */
export function Lines({ label, lines, empty }: LinesProps) {
  const translate = useTranslate();
  const box = useRef<HTMLDivElement>(null);
  const [isFollowing, setFollowing] = useState(true);
  const [left, setLeft] = useState<string | null>(null);
  const last = lines.at(-1)?.key ?? null;
  const unseen = isFollowing ? 0 : lines.length - 1 - lines.findIndex((line) => line.key === left);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new last line is what moves the end
  useEffect(() => {
    if (isFollowing && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [isFollowing, last]);
  const follow = (wanted: boolean) => {
    setFollowing(wanted);
    setLeft(last);
  };
  const scrolled = ({ currentTarget: { scrollHeight, scrollTop, clientHeight } }: { currentTarget: HTMLElement }) => {
    const isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    if (isAtEnd !== isFollowing) follow(isAtEnd);
  };
  return (
    <Box sx={{ display: "grid", gap: 1, minWidth: 0 }}>
      <Box
        ref={box}
        role="log"
        aria-label={label}
        aria-live="off"
        tabIndex={0}
        onScroll={scrolled}
        sx={{
          maxHeight: "min(32rem, 60vh)",
          minHeight: "4rem",
          overflow: "auto",
          p: 1.5,
          bgcolor: "background.default",
          borderRadius: 1,
          fontFamily: "monospace",
          fontSize: "0.8rem",
          lineHeight: 1.55,
        }}
      >
        {lines.length === 0 && <Box sx={{ color: "text.secondary", fontFamily: "body1.fontFamily" }}>{empty}</Box>}
        {lines.map((line) => (
          <Line key={line.key} line={line} />
        ))}
      </Box>
      <Box sx={{ display: "flex", flexWrap: "wrap", alignItems: "center", gap: 2 }}>
        <FormControlLabel
          label={translate("system.log.follow")}
          control={<Switch size="small" checked={isFollowing} onChange={(event) => follow(event.target.checked)} />}
        />
        <Box role="status">
          {unseen > 0 && (
            <Button size="small" onClick={() => follow(true)}>
              {translate("system.log.unseen", { smart_count: unseen })}
            </Button>
          )}
        </Box>
      </Box>
    </Box>
  );
}

function Line({ line }: { line: ShownLine }) {
  const locale = useLocale();
  const moment = new Date(line.at);
  return (
    <Box sx={{ display: "flex", flexWrap: { xs: "wrap", sm: "nowrap" }, columnGap: 1.5, overflowWrap: "anywhere" }}>
      <Box
        component="time"
        dateTime={line.at}
        title={line.at}
        sx={{ color: "text.secondary", whiteSpace: "nowrap", flex: "none" }}
      >
        {moment.toLocaleTimeString(locale, { hour12: false })}
      </Box>
      <Box sx={{ color: COLOURS[line.level], flex: "none", width: { sm: "5rem" } }}>{line.level}</Box>
      <Box sx={{ minWidth: 0, flex: "1 1 auto", whiteSpace: "pre-wrap" }}>
        {line.text}
        {line.more}
      </Box>
    </Box>
  );
}
