import { useRef } from "react";
import { type Message, useChannel } from "../server/live";
import { type LogLine, RUNS_CHANNEL, type Run } from "./records";

interface RunNews {
  onRun?: (run: Run) => void;
  onLines?: (id: string, lines: LogLine[]) => void;
  /** More has changed than was told: read again. At most once in a while. */
  onMissed: () => void;
}

/** How often everything is read again where runs change faster than they are told. */
const PATIENCE_MS = 2_000;

/** Follow what becomes of all runs, as long as the component is there. */
export function useRunNews({ onRun, onLines, onMissed }: RunNews): void {
  const heldUntil = useRef(0);
  const missed = () => {
    if (Date.now() < heldUntil.current) return;
    heldUntil.current = Date.now() + PATIENCE_MS;
    setTimeout(onMissed, PATIENCE_MS);
  };
  const take = (message: Message) => {
    if (message.type === "run") onRun?.(message.run as Run);
    else if (message.type === "log") onLines?.(message.id as string, message.lines as LogLine[]);
    else if (message.type === "missed") missed();
  };
  useChannel(RUNS_CHANNEL, take, { onReset: onMissed });
}
