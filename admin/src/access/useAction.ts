import { type QueryKey, useMutation, useQueryClient } from "@tanstack/react-query";
import { useNotify, useTranslate } from "react-admin";
import { isProblem } from "../server/problem";

interface ActionOptions<R> {
  /** What has changed on the server, and is asked for again. */
  keys: QueryKey[];
  /** The text to tell of success with. */
  done?: string;
  onDone?: (result: R) => void;
}

export interface Action<V, R> {
  run: (values: V) => void;
  busy: boolean;
  problem: unknown;
  /** What the server said of one field, by JSON pointer; also of what is inside of it. */
  errorAt: (pointer: string) => string | undefined;
  reset: () => void;
  result: R | undefined;
}

/** Something that changes the server's state: whether it goes on, what came of it, and what was wrong. */
export function useAction<V = void, R = unknown>(
  work: (values: V) => Promise<R>,
  { keys, done, onDone }: ActionOptions<R>,
): Action<V, R> {
  const client = useQueryClient();
  const notify = useNotify();
  const translate = useTranslate();
  const { mutate, isPending, error, data, reset } = useMutation({
    mutationFn: work,
    onSuccess: (result) => {
      for (const queryKey of keys) void client.invalidateQueries({ queryKey });
      if (done) notify(translate(done), { type: "success" });
      onDone?.(result);
    },
  });
  return {
    run: (values) => mutate(values),
    busy: isPending,
    problem: error,
    errorAt: (pointer) => errorAt(error, pointer),
    reset,
    result: data,
  };
}

/** Return what a problem says of a field, or of what is inside of it, as a sentence. */
export function errorAt(error: unknown, pointer: string): string | undefined {
  if (!isProblem(error)) return undefined;
  const found = Object.entries(error.errors).find(([key]) => key === pointer || key.startsWith(`${pointer}/`));
  return found && found[1].charAt(0).toUpperCase() + found[1].slice(1);
}
