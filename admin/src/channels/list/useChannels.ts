import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api } from "../../server/api";
import type { ChannelsAnswer } from "../records";
import { extended, type History } from "./rates";

const REFETCH_MS = 2_000;
/** How many channels of each template are asked for; its page has more. */
const MOST_INSTANCES = 100;

/** Return all channels, asked for again and again while the page is seen, and how many messages each had lately. */
export function useChannels() {
  const query = useQuery({
    queryKey: ["_channels"],
    queryFn: ({ signal }) => api.get<ChannelsAnswer>("_channels", { query: { instances: MOST_INSTANCES }, signal }),
    refetchInterval: REFETCH_MS,
  });
  const { data, dataUpdatedAt } = query;
  const [history, setHistory] = useState<History>(new Map());
  useEffect(() => {
    if (!data) return;
    const all = data.items.flatMap((channel) => [channel, ...(channel.instances?.items ?? [])]);
    setHistory((before) => extended(before, dataUpdatedAt, all));
  }, [data, dataUpdatedAt]);
  return { ...query, history };
}
