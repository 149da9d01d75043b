import { useEffect, useRef, useState } from "react";
import { useListContext } from "react-admin";
import { api } from "../../server/api";
import type { Collection } from "../../server/description";
import { asked, IDS_AT_ONCE, type ListFilter, pieces } from "../../server/question";
import { type Answer, type Format, pages, writerOf } from "../model/export";

const AT_ONCE = 500;

export interface Export {
  /** How many documents are in the file; null before it has begun. */
  done: number | null;
  state: "ready" | "running" | "done" | "failed";
  error: unknown;
  start(format: Format, paths: readonly string[]): Promise<void>;
  cancel(): void;
}

/** Write what a list finds, or some of its documents, into a file that the browser saves. */
export function useExport(collection: Collection, ids?: readonly string[]): Export {
  const { filterValues, sort } = useListContext();
  const [done, setDone] = useState<number | null>(null);
  const [state, setState] = useState<Export["state"]>("ready");
  const [error, setError] = useState<unknown>(null);
  const abort = useRef<AbortController | null>(null);
  const cancel = () => abort.current?.abort();
  useEffect(() => () => abort.current?.abort(), []);

  const start = async (format: Format, paths: readonly string[]) => {
    const controller = new AbortController();
    abort.current = controller;
    const { signal } = controller;
    setState("running");
    setDone(0);
    try {
      const questions: ListFilter[] = ids
        ? pieces(ids, IDS_AT_ONCE).map((some) => ({ id: { $in: some } }))
        : [filterValues];
      const writer = writerOf(format, paths);
      const parts = [writer.begin];
      let count = 0;
      for (const question of questions) {
        const order = `${sort.order === "DESC" ? "-" : ""}${sort.field}`;
        const query = { ...asked(question), sort: order, limit: AT_ONCE };
        const ask = (cursor: string | null) =>
          api.get<Answer>(collection.name, { query: { ...query, cursor }, signal });
        for await (const page of pages({ ask, wait: (seconds) => pause(seconds, signal) })) {
          parts.push(writer.page(page, count === 0));
          count += page.length;
          setDone(count);
        }
      }
      save(new Blob([...parts, writer.end], { type: writer.type }), `${collection.name}.${format}`);
      setState("done");
    } catch (failure) {
      if (signal.aborted) return setState("ready");
      setError(failure);
      setState("failed");
    }
  };
  return { done, state, error, start, cancel };
}

function pause(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((done, fail) => {
    const timer = setTimeout(done, seconds * 1000);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      fail(signal.reason);
    });
  });
}

function save(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken hold of the file by then.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
