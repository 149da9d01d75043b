import { isProblem, type Problem } from "../../server/problem";

export interface Operation {
  method: "PATCH" | "DELETE";
  path: string;
  body?: unknown;
}

/** What a user wants done with one document; `title` is how it is called on screen. */
export interface Task {
  id: string;
  title: string;
  operation: Operation;
}

export interface Refusal {
  id: string;
  title: string;
  reason: string;
}

export interface Progress {
  done: number;
  refused: Refusal[];
  total: number;
  /** Seconds until the server takes more, where it asked to be left alone. */
  waiting: number | null;
}

export interface Ports {
  send(operations: Operation[]): Promise<unknown>;
  wait(seconds: number): Promise<void>;
  tell(progress: Progress): void;
  isCancelled(): boolean;
}

/** As many operations as the server takes in one batch. */
export const MOST = 100;
const WAIT_S = 5;

/**
 * Do all tasks, as many at once as the server takes, and return how that ended.
 *
 * A batch is all or nothing: where one of its operations is refused, those before it are sent again without it, it is
 * noted with its reason, and the rest goes on in smaller batches. Throws what is no refusal of a single document, such
 * as a server that is away; what was told last is then what is done.
 */
export async function run(tasks: readonly Task[], ports: Ports): Promise<Progress> {
  let progress: Progress = { done: 0, refused: [], total: tasks.length, waiting: null };
  const tell = (change: Partial<Progress>) => {
    progress = { ...progress, ...change };
    ports.tell(progress);
  };
  let next = 0;
  let size = MOST;
  while (next < tasks.length && !ports.isCancelled()) {
    const some = tasks.slice(next, next + size);
    const refused = await attempt(some, ports, tell);
    if (!refused) {
      next += some.length;
      size = Math.min(MOST, size * 2);
      tell({ done: progress.done + some.length });
    } else if (refused.index > 0) {
      // Nothing of this batch was done: those before the refused one have to be sent once more.
      size = refused.index;
    } else {
      const { id, title } = some[0] as Task;
      next += 1;
      size = Math.max(1, Math.floor(some.length / 2));
      tell({ refused: [...progress.refused, { id, title, reason: refused.reason }] });
    }
  }
  return progress;
}

interface Refused {
  index: number;
  reason: string;
}

async function attempt(
  tasks: Task[],
  ports: Ports,
  tell: (change: Partial<Progress>) => void,
): Promise<Refused | null> {
  for (;;) {
    try {
      await ports.send(tasks.map((task) => task.operation));
      return null;
    } catch (error) {
      if (isProblem(error, 429) && !ports.isCancelled()) {
        const seconds = error.retryAfter ?? WAIT_S;
        tell({ waiting: seconds });
        await ports.wait(seconds);
        tell({ waiting: null });
        if (ports.isCancelled()) throw error;
        continue;
      }
      const refused = isProblem(error) ? refusedOf(error, tasks.length) : null;
      if (refused === null) throw error;
      return refused;
    }
  }
}

/** Return which operation a problem is about, null where it is about none. */
function refusedOf(problem: Problem, count: number): Refused | null {
  const entries = Object.entries(problem.errors);
  const found = /^\/operations\/(\d+)(?:\/|$)/.exec(entries[0]?.[0] ?? "");
  const index = Number(found?.[1] ?? Number.NaN);
  if (!(index < count)) return null;
  const fields = entries.flatMap(([pointer, message]) => {
    const field = pointer.replace(/^\/operations\/\d+(\/body)?\/?/, "");
    return field ? [`${field}: ${message}`] : [];
  });
  return { index, reason: fields.length > 0 ? fields.join("; ") : problem.detail };
}
