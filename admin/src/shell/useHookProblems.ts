import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../server/api";
import { useDescription } from "../server/description";
import { useChannel } from "../server/live";

const KEY = ["_hooks"];

interface HooksAnswer {
  problems: unknown[];
}

/** Return how many problems keep the last reload from being used; always 0 for who is no admin. */
export function useHookProblems(): number {
  const { isAdmin } = useDescription();
  const client = useQueryClient();
  const { data } = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => api.get<HooksAnswer>("_hooks", { query: { failures: 1 }, signal }),
    enabled: isAdmin,
    staleTime: 60_000,
  });
  const renew = () => void client.invalidateQueries({ queryKey: KEY });
  useChannel(isAdmin ? "_hooks" : null, (message) => message.type === "problems" && renew(), { onReset: renew });
  return data?.problems.length ?? 0;
}
