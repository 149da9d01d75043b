import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { useEffect, useRef } from "react";
import { useTranslate } from "react-admin";
import type { Entry } from "./feed";
import { MessageRow } from "./MessageRow";
import { NoteRow } from "./NoteRow";

/** How near to the end a reader has to be to be taken along when something new comes. */
const NEAR_PX = 80;

interface FeedListProps {
  name: string;
  entries: readonly Entry[];
  isNewestFirst: boolean;
  /** Why it is empty, where it is. */
  reason: "idle" | "waiting" | "filtered";
}

/** The messages that are shown, in a box that scrolls by itself. */
export function FeedList({ name, entries, isNewestFirst, reason }: FeedListProps) {
  const translate = useTranslate();
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is new is what moves the list
  useEffect(() => {
    const element = box.current;
    if (element && !isNewestFirst && isAtEnd.current) element.scrollTop = element.scrollHeight;
  }, [entries, isNewestFirst]);
  if (entries.length === 0) {
    return (
      <Typography color="textSecondary" sx={{ py: 3, textAlign: "center" }}>
        {translate(`channels.watch.${reason}`)}
      </Typography>
    );
  }
  const onScroll = () => {
    const element = box.current;
    if (element) isAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
  };
  const ordered = isNewestFirst ? [...entries].reverse() : entries;
  return (
    <Box
      ref={box}
      onScroll={onScroll}
      role="log"
      aria-live="off"
      aria-label={translate("channels.watch.list", { name })}
      // A box that scrolls has to be reached by keyboard.
      tabIndex={0}
      sx={{ maxHeight: "60vh", overflowY: "auto", border: 1, borderColor: "divider", borderRadius: 1, minHeight: 120 }}
    >
      {ordered.map((entry) =>
        entry.kind === "message" ? (
          <MessageRow key={entry.key} entry={entry} />
        ) : (
          <NoteRow key={entry.key} entry={entry} />
        ),
      )}
    </Box>
  );
}
