import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../server/api";
import { useChannel } from "../server/live";
import { type Sample, SYSTEM_CHANNEL, type SystemFacts } from "./records";
import { withSample } from "./samples";

/** What is counted in the store changes slowly, and counting it is work. */
const FACTS_POLL_MS = 30_000;

export function useFacts() {
  return useQuery({
    queryKey: ["_system"],
    queryFn: ({ signal }) => api.get<SystemFacts>("_system", { signal }),
    refetchInterval: FACTS_POLL_MS,
  });
}

interface History {
  everySeconds: number;
  items: Sample[];
}

const HISTORY_KEY = ["_system/history"];

/** The samples of the last hour; new ones come by themselves. */
export function useHistory() {
  const client = useQueryClient();
  const query = useQuery({
    queryKey: HISTORY_KEY,
    queryFn: ({ signal }) => api.get<History>("_system/history", { signal }),
    staleTime: Number.POSITIVE_INFINITY,
    // Left and come back to, it has a hole.
    refetchOnMount: "always",
  });
  useChannel(
    SYSTEM_CHANNEL,
    (message) => {
      if (message.type !== "sample") return;
      client.setQueryData<History>(
        HISTORY_KEY,
        (known) => known && { ...known, items: withSample(known.items, message as unknown as Sample) },
      );
    },
    { onReset: () => void client.invalidateQueries({ queryKey: HISTORY_KEY }) },
  );
  return query;
}
