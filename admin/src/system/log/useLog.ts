import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../../server/api";
import type { LogRecord } from "../records";
import type { Level } from "./levels";
import { appended, SHOWN } from "./recent";

interface LogFilter {
  level: Level;
  text: string;
  requests: boolean;
}

interface LogState {
  lines: LogRecord[];
  last: number;
}

const POLL_MS = 2_000;

/** The last lines of the server's log; each look asks only for what is new since the one before. */
export function useLog(filter: LogFilter) {
  const client = useQueryClient();
  const queryKey = ["_system/log", filter];
  return useQuery({
    queryKey,
    queryFn: async ({ signal }): Promise<LogState> => {
      const known = client.getQueryData<LogState>(queryKey);
      const query = { ...filter, limit: SHOWN, after: known?.last };
      const fresh = await api.get<{ items: LogRecord[]; last: number }>("_system/log", { query, signal });
      // A server that was started anew counts anew.
      const isOther = known !== undefined && fresh.last < known.last;
      return {
        lines: isOther ? fresh.items : appended(known?.lines ?? [], fresh.items),
        last: isOther ? 0 : fresh.last,
      };
    },
    refetchInterval: POLL_MS,
    gcTime: 0,
  });
}
