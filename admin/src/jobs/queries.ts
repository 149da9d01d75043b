import { type InfiniteData, type QueryClient, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { api } from "../server/api";
import { useChannel } from "../server/live";
import { isProblem } from "../server/problem";
import { type RunFilter, renewed, reread, withLines, withRun } from "./news";
import { isOver, type Job, type Run, type RunState, type RunsAnswer, type WholeRun } from "./records";
import { useRunNews } from "./useRunNews";

/** How often everything is read anew: runs of other processes on the same database are told by nobody. */
const POLL_MS = 10_000;
const PAGE = 25;
/** Counts are read again this long after something has changed, once for all that changes until then. */
const SETTLE_MS = 1_000;

export const JOBS_KEY = ["_jobs"];
const LIST_KEY = ["_jobs/runs"];

/** All jobs, and the runs that go on now; both follow what happens. */
export function useJobs() {
  const client = useQueryClient();
  const settle = useSettling(() => client.invalidateQueries({ queryKey: JOBS_KEY }));
  const jobs = useQuery({
    queryKey: JOBS_KEY,
    queryFn: ({ signal }) => api.get<{ items: Job[] }>("_jobs", { signal }),
    refetchInterval: POLL_MS,
  });
  const running = useRuns({ job: null, state: "running" });
  useRunNews({
    onRun: (run) => {
      client.setQueryData<{ items: Job[] }>(JOBS_KEY, (known) => known && { items: known.items.map(withLast(run)) });
      if (isOver(run) || run.state === "queued") settle();
    },
    onMissed: settle,
  });
  useChannel("_project", settle, { onReset: settle });
  return { ...jobs, running: running.runs };
}

function withLast(run: Run) {
  return (job: Job): Job => {
    const last = job.lastRun;
    const isLast = last === null || (run.id === last.id ? run.version >= last.version : run.queuedAt >= last.queuedAt);
    return run.job === job.name && isLast ? { ...job, lastRun: run } : job;
  };
}

/** Runs, newest first, page by page; rows follow what happens. */
export function useRuns(filter: RunFilter) {
  const client = useQueryClient();
  const queryKey = [...LIST_KEY, filter];
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) =>
      api.get<RunsAnswer>("_jobs/runs", {
        query: { job: filter.job, state: filter.state, limit: PAGE, cursor: pageParam },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    refetchInterval: POLL_MS,
  });
  useRunNews({
    onRun: (run) =>
      client.setQueryData<InfiniteData<RunsAnswer>>(
        queryKey,
        (known) => known && { ...known, pages: withRun(known.pages, run, filter) },
      ),
    onMissed: () => void client.invalidateQueries({ queryKey }),
  });
  const pages = query.data?.pages ?? [];
  const runs = uniqueById(pages.flatMap((page) => page.items));
  const users: Record<string, string> = Object.assign({}, ...pages.map((page) => page.users));
  return { ...query, runs, users };
}

/** A run that came on top may come again with a page that was read later. */
function uniqueById(runs: Run[]): Run[] {
  return [...new Map(runs.map((run) => [run.id, run])).values()];
}

/** How many runs there are of each state. */
export function useCounts(job: string | null) {
  const client = useQueryClient();
  const queryKey = ["_jobs/counts", job];
  const settle = useSettling(() => client.invalidateQueries({ queryKey }));
  const { data } = useQuery({
    queryKey,
    queryFn: ({ signal }) => api.get<RunsAnswer>("_jobs/runs", { query: { job, limit: 1, count: true }, signal }),
    refetchInterval: POLL_MS,
  });
  useRunNews({ onRun: settle, onMissed: settle });
  return data?.counts as Record<RunState, number> | undefined;
}

function runKey(id: string) {
  return ["_jobs/runs", "one", id];
}

/** One run with its log, which follow what happens. */
export function useRun(id: string) {
  const client = useQueryClient();
  const queryKey = runKey(id);
  const change = (make: (known: WholeRun) => WholeRun) =>
    client.setQueryData<WholeRun>(queryKey, (known) => known && make(known));
  const query = useQuery({
    queryKey,
    queryFn: async ({ signal }) => {
      const fresh = await api.get<WholeRun>(`_jobs/runs/${encodeURIComponent(id)}`, { signal });
      return reread(fresh, client.getQueryData<WholeRun>(queryKey));
    },
    refetchInterval: ({ state }) => (state.data && isOver(state.data) ? false : POLL_MS),
    retry: (count, error) => count < 2 && isProblem(error, 0),
  });
  useRunNews({
    onRun: (run) => {
      if (run.id !== id) return;
      change((known) => renewed(known, run));
      // What lists do not have (its steps) changes with it, and its log must be whole in the end.
      if (isOver(run) || run.state === "queued") void client.invalidateQueries({ queryKey });
    },
    onLines: (of, lines) => of === id && change((known) => ({ ...known, log: withLines(known.log, lines) })),
    onMissed: () => void client.invalidateQueries({ queryKey }),
  });
  return query;
}

/** Put a run that an answer has brought where it is shown. */
export function putRun(client: QueryClient, run: Run): void {
  client.setQueryData<WholeRun>(runKey(run.id), (known) => known && renewed(known, run));
  void client.invalidateQueries({ queryKey: LIST_KEY });
}

/** Return a function that has something done a moment later, once however often it is called until then. */
function useSettling(work: () => unknown): () => void {
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const latest = useRef(work);
  useEffect(() => {
    latest.current = work;
  });
  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current);
      timer.current = null;
    },
    [],
  );
  return () => {
    timer.current ??= setTimeout(() => {
      timer.current = null;
      latest.current();
    }, SETTLE_MS);
  };
}
