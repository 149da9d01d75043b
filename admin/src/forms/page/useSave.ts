import { useCallback, useRef, useState } from "react";
import { api } from "../../server/api";
import { ifMatch, pathOf } from "../../server/data";
import type { Collection } from "../../server/description";
import { isProblem } from "../../server/problem";
import { agree, type Leaf } from "../model/leaves";
import { type Compared, compare } from "../model/merge";
import { at, type Document } from "../model/place";
import type { FormFaults } from "./useFaults";
import { useSend } from "./useSend";
import type { Editing } from "./useSession";

interface SaveProps {
  collection: Collection;
  id: string;
  editing: Editing;
  faults: FormFaults;
  onStored(saved: Document | null): void;
}

export interface Save {
  isSaving: boolean;
  /** Why the last attempt failed, where no field is to blame. */
  error: unknown;
  /** What is to be compared before anything is saved, null where nothing is. */
  compared: readonly Compared[] | null;
  closeComparison(): void;
  /** Save what has changed; true once that is done. */
  run(): Promise<boolean>;
  /** Save what was chosen in the comparison. */
  resume(chosen: ReadonlyMap<Leaf, unknown>): Promise<boolean>;
  /** Do something as soon as nothing is being saved. */
  afterwards(act: () => void): void;
}

/** Return what saves a document, and has the user compare where somebody was faster. */
export function useSave({ collection, id, editing, faults, onStored }: SaveProps): Save {
  const [isSaving, setSaving] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [stale, setStale] = useState<{ latest: Document; compared: readonly Compared[] } | null>(null);
  const write = useSend();
  const busy = useRef(false);
  const waiting = useRef<(() => void) | null>(null);

  const compareWith = (latest: Document) => {
    const sides = { base: editing.session.origin, theirs: latest, mine: editing.mine() };
    setStale({ latest, compared: compare(editing.leaves, sides) });
    return false;
  };
  const refused = (problem: unknown): boolean => {
    if (isProblem(problem, 412) && problem.body.current) return compareWith(problem.body.current);
    setStale(null);
    if (isProblem(problem) && Object.keys(problem.errors).length > 0) faults.show(problem.errors);
    else setError(problem);
    return false;
  };
  const send = async (version: unknown): Promise<boolean> => {
    const body = editing.change();
    if (body === null) {
      setStale(null);
      return true;
    }
    const sent = structuredClone(editing.mine());
    busy.current = true;
    setSaving(true);
    setError(null);
    try {
      const saved = await write(() =>
        api.patch<Document>(pathOf(collection.name, id), body, { headers: ifMatch(version) }),
      );
      const whole = "createdAt" in saved ? saved : { ...sent, ...saved };
      editing.settle(sent, whole);
      faults.clear();
      setStale(null);
      onStored(whole);
      return true;
    } catch (problem) {
      return refused(problem);
    } finally {
      busy.current = false;
      setSaving(false);
      waiting.current?.();
      waiting.current = null;
    }
  };
  const run = async (): Promise<boolean> => {
    if (busy.current || !faults.areFine(editing.fields, editing.mine())) return false;
    const { latest } = editing.session;
    if (isOpen(editing, latest)) return compareWith(latest);
    return send(latest.version);
  };
  const resume = async (chosen: ReadonlyMap<Leaf, unknown>): Promise<boolean> => {
    if (busy.current || stale === null) return false;
    editing.resume(stale.latest, chosen);
    if (!faults.areFine(editing.fields, editing.mine())) {
      setStale(null);
      return false;
    }
    return send(stale.latest.version);
  };
  const afterwards = useCallback((act: () => void) => {
    if (busy.current) waiting.current = act;
    else act();
  }, []);
  return {
    isSaving,
    error,
    compared: stale?.compared ?? null,
    closeComparison: () => setStale(null),
    run,
    resume,
    afterwards,
  };
}

/** Tell whether a field is open that somebody else has saved, and the form holds something else. */
function isOpen({ open, leaves, mine }: Editing, latest: Document): boolean {
  if (open.size === 0) return false;
  const values = mine();
  return leaves.some(
    ({ pointer, field, path }) => open.has(pointer) && !agree(field, at(values, path), at(latest, path)),
  );
}
