import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";
import { api } from "../server/api";
import { useChannel } from "../server/live";
import type { HooksAnswer, IncidentAnswer } from "./records";

const KEY = ["_hooks"];
/** A broken hook may fail at every request; what is shown follows once in so many milliseconds. */
const FOLLOW_MS = 1_000;
/** How often counts and durations are asked for while the page is seen. */
const REFETCH_MS = 5_000;

/** Return all hooks, each with its last failure. */
export function useHooks() {
  useNews();
  return useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => api.get<HooksAnswer>("_hooks", { query: { failures: 1 }, signal }),
    refetchInterval: REFETCH_MS,
  });
}

/** Return one hook with its last failures. */
export function useHook(name: string) {
  useNews();
  return useQuery({
    queryKey: [...KEY, "one", name],
    queryFn: ({ signal }) => api.get<HooksAnswer>("_hooks", { query: { hook: name }, signal }),
    refetchInterval: REFETCH_MS,
  });
}

/** Return the failures of an incident; null asks for none. */
export function useIncident(incident: string | null) {
  return useQuery({
    queryKey: [...KEY, "incidents", incident],
    queryFn: ({ signal }) =>
      api.get<IncidentAnswer>(`_hooks/incidents/${encodeURIComponent(incident ?? "")}`, { signal }),
    enabled: incident !== null,
    retry: false,
  });
}

/** Ask again whenever a hook has failed, or the project was loaded or could not be. */
function useNews() {
  const client = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const renew = useCallback(() => void client.invalidateQueries({ queryKey: KEY }), [client]);
  const renewSoon = useCallback(() => {
    timer.current ??= setTimeout(() => {
      timer.current = null;
      renew();
    }, FOLLOW_MS);
  }, [renew]);
  useEffect(() => () => clearTimeout(timer.current ?? undefined), []);
  useChannel("_hooks", (message) => (message.type === "failed" ? renewSoon() : renew()), { onReset: renew });
  useChannel("_project", renew, { onReset: renew });
}
