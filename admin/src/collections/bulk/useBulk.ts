import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { useListContext } from "react-admin";
import { api } from "../../server/api";
import type { Collection } from "../../server/description";
import { type Operation, type Progress, run, type Task } from "../model/bulk";
import { countKey } from "../useListing";

export interface Bulk {
  /** Null before it has begun. */
  progress: Progress | null;
  isRunning: boolean;
  /** What ended it, where that was no refusal of a single document. */
  error: unknown;
  start(ids: readonly string[], operationOf: (path: string) => Operation): Promise<void>;
  cancel(): void;
}

/** Do the same with many documents, a hundred at once. Those that were done are no longer selected then. */
export function useBulk(collection: Collection): Bulk {
  const client = useQueryClient();
  const { onSelect, refetch } = useListContext();
  const [progress, setProgress] = useState<Progress | null>(null);
  const [isRunning, setRunning] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const cancelled = useRef(false);
  const wake = useRef<() => void>(() => {});
  const cancel = useCallback(() => {
    cancelled.current = true;
    wake.current();
  }, []);
  useEffect(() => cancel, [cancel]);

  const start = async (ids: readonly string[], operationOf: (path: string) => Operation) => {
    const pathOf = (id: string) => `${collection.name}/${encodeURIComponent(id)}`;
    const tasks: Task[] = ids.map((id) => ({ id, title: id, operation: operationOf(pathOf(id)) }));
    let last: Progress | null = null;
    cancelled.current = false;
    setError(null);
    setRunning(true);
    try {
      await run(tasks, {
        send: (operations) => api.post("_batch", { operations }),
        wait: (seconds) =>
          new Promise((done) => {
            const timer = setTimeout(done, seconds * 1000);
            wake.current = () => {
              clearTimeout(timer);
              done();
            };
          }),
        tell: (told) => {
          last = told;
          setProgress(told);
        },
        isCancelled: () => cancelled.current,
      });
    } catch (failure) {
      if (!cancelled.current) setError(failure);
    }
    setRunning(false);
    onSelect(remaining(tasks, last));
    void client.invalidateQueries({ queryKey: countKey(collection.name) });
    void client.invalidateQueries({ queryKey: [collection.name, "getOne"] });
    await refetch();
  };
  return { progress, isRunning, error, start, cancel };
}

/** Return the ids of what was refused or not come to. */
function remaining(tasks: readonly Task[], progress: Progress | null): string[] {
  const refused = progress?.refused ?? [];
  const seen = (progress?.done ?? 0) + refused.length;
  return [...refused.map((one) => one.id), ...tasks.slice(seen).map((task) => task.id)];
}
