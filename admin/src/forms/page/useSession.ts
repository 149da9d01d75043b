import { useCallback, useMemo, useRef, useState } from "react";
import { type UseFormReturn, useForm } from "react-hook-form";
import type { Collection, Field } from "../../server/description";
import { writable } from "../model/initial";
import { type Leaf, leavesOf } from "../model/leaves";
import { compare } from "../model/merge";
import { changeOf } from "../model/patch";
import type { Document } from "../model/place";
import { begin, close, open, type Received, receive, type Session } from "../model/session";

export interface Editing {
  form: UseFormReturn<Document>;
  session: Session;
  /** The fields, and their leaves, that this user may write. */
  fields: readonly Field[];
  leaves: readonly Leaf[];
  open: ReturnType<typeof open>;
  /** What the form holds. */
  mine(): Document;
  /** What to send, null where nothing has changed. */
  change(): Document | null;
  /** Take in a newer state of the document; returns what of it went into the form, and what was in the user's way. */
  receive(latest: Document): Pick<Received, "taken" | "conflicts">;
  /** The document was saved as `sent` and is `saved` now; what was typed meanwhile stays. */
  settle(sent: Document, saved: Document): void;
  /** Begin from a state of the document, with values of the user's own choice for some leaves. */
  resume(latest: Document, chosen: ReadonlyMap<Leaf, unknown>): void;
  keepMine(pointer: string): void;
  takeTheirs(pointer: string): void;
  /** Give up what was changed. */
  discard(): void;
}

/** Keep the values of a document's form, and how they stand to what is stored. */
export function useSession(collection: Collection, document: Document): Editing {
  const form = useForm<Document>({ defaultValues: structuredClone(document) });
  const [session, setSession] = useState(() => begin(document));
  const current = useRef(session);
  const all = useMemo(() => leavesOf(collection.fields), [collection]);
  const fields = useMemo(() => (collection.can.update ? writable(collection.fields, "edit") : []), [collection]);
  const leaves = useMemo(() => leavesOf(fields), [fields]);

  const { getValues, setValue } = form;
  const keep = useCallback((next: Session) => {
    current.current = next;
    setSession(next);
  }, []);
  const put = useCallback(
    (leaf: Leaf, value: unknown) => setValue(leaf.source, structuredClone(value) ?? null),
    [setValue],
  );

  const actions = useMemo(() => {
    const mine = () => getValues();
    const leafAt = (pointer: string) => all.find((leaf) => leaf.pointer === pointer);
    return {
      mine,
      change: () => changeOf(fields, leaves, current.current.latest, mine()),
      receive(latest: Document): Pick<Received, "taken" | "conflicts"> {
        if (!isNewer(latest, current.current.latest)) return { taken: [], conflicts: [] };
        const { session: next, taken, conflicts } = receive(current.current, latest, mine(), all);
        keep(next);
        for (const { leaf, theirs } of taken) put(leaf, theirs);
        return { taken, conflicts };
      },
      settle(sent: Document, saved: Document) {
        const changed = compare(all, { base: sent, theirs: saved, mine: mine() });
        for (const { leaf, theirs, outcome } of changed) if (outcome === "theirs") put(leaf, theirs);
        keep(begin(saved));
      },
      resume(latest: Document, chosen: ReadonlyMap<Leaf, unknown>) {
        const { taken } = receive(current.current, latest, mine(), all);
        for (const { leaf, theirs } of taken) put(leaf, theirs);
        for (const [leaf, value] of chosen) put(leaf, value);
        keep(begin(latest));
      },
      keepMine(pointer: string) {
        const leaf = leafAt(pointer);
        if (leaf) keep(close(current.current, leaf));
      },
      takeTheirs(pointer: string) {
        const leaf = leafAt(pointer);
        if (!leaf) return;
        put(leaf, open(current.current, [leaf]).get(pointer)?.theirs);
        keep(close(current.current, leaf));
      },
      discard() {
        const { latest } = current.current;
        for (const { leaf, theirs } of compare(all, { base: mine(), theirs: latest, mine: mine() })) put(leaf, theirs);
        keep(begin(latest));
      },
    };
  }, [all, fields, getValues, keep, leaves, put]);

  const opened = useMemo(() => open(session, leaves), [session, leaves]);
  return { form, session, fields, leaves, open: opened, ...actions };
}

function isNewer(one: Document, other: Document): boolean {
  return typeof one.version === "number" && typeof other.version === "number" && one.version > other.version;
}
