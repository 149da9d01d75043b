import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { api } from "../../server/api";
import { pathOf } from "../../server/data";
import { useDescription } from "../../server/description";
import { type Message, useChannel } from "../../server/live";
import type { Person } from "../page/scope";

export interface People {
  /** Who else has the document open. */
  others: readonly Person[];
  /** Who is in which field, by JSON pointer. */
  places: ReadonlyMap<string, readonly Person[]>;
  /** Tell the others in which field the user is; null for none. */
  tell(pointer: string | null): void;
  /** Tell them nothing as long as there is no document to be in. */
  silence(isSilent: boolean): void;
  /** Return what somebody is called, null where that is not known. */
  nameOf(id: string): string | null;
}

/** A document's channel takes 60 messages a minute of a user: less than one a second leaves room for the rest. */
const PAUSE_MS = 1500;

/** Keep who else has a document open, and where in it they are. */
export function usePeople(collection: string, id: string): People {
  const me = useDescription().user.id;
  const channel = `_editing:${collection}:${id}`;
  const [ids, setIds] = useState<readonly string[]>([]);
  const [fields, setFields] = useState<ReadonlyMap<string, string>>(new Map());
  const tell = useTell(channel);

  const { state } = useChannel(
    channel,
    (message) => {
      const user = message.userId;
      if (typeof user !== "string" || user === me) return;
      setFields((known) => placed(known, user, message));
      // Who has just come does not know where the others are.
      if (message.type === "presence" && message.status === "online") tell.again();
    },
    { onPresence: ({ users }) => setIds(users) },
  );

  const there = useMemo(() => ids.filter((one) => one !== me).sort(), [ids, me]);
  const { data } = useQuery({
    queryKey: ["_editing", collection, id, there],
    queryFn: ({ signal }) => api.get<{ users: Person[] }>(`_editing/${pathOf(collection, id)}`, { signal }),
    enabled: state === "open" && there.length > 0,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const known = useRef(new Map<string, string>());
  for (const { id: one, name } of data?.users ?? []) known.current.set(one, name);

  const nameOf = useCallback((one: string) => known.current.get(one) ?? null, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: names come with the answer
  const others = useMemo(() => there.flatMap((one) => personOf(one, nameOf(one))), [there, nameOf, data]);
  const places = useMemo(() => placesOf(others, fields), [others, fields]);
  const { tell: say, silence } = tell;
  return useMemo(() => ({ others, places, tell: say, silence, nameOf }), [others, places, say, silence, nameOf]);
}

function personOf(id: string, name: string | null): Person[] {
  return name === null ? [] : [{ id, name }];
}

function placed(known: ReadonlyMap<string, string>, user: string, message: Message): ReadonlyMap<string, string> {
  const field = message.type === "focus" ? message.field : message.status === "offline" ? null : undefined;
  if (field === undefined || (known.get(user) ?? null) === field) return known;
  const next = new Map(known);
  if (typeof field === "string") next.set(user, field);
  else next.delete(user);
  return next;
}

function placesOf(
  others: readonly Person[],
  fields: ReadonlyMap<string, string>,
): ReadonlyMap<string, readonly Person[]> {
  const places = new Map<string, Person[]>();
  for (const person of others) {
    const field = fields.get(person.id);
    if (field !== undefined) places.set(field, [...(places.get(field) ?? []), person]);
  }
  return places;
}

interface Telling {
  wanted: string | null;
  sent: string | null;
  isSilent: boolean;
  timer: ReturnType<typeof setTimeout> | null;
}

/** Return what sends the user's field to the channel: at once, then no more often than the pause allows. */
function useTell(channel: string): Pick<People, "tell" | "silence"> & { again(): void } {
  const state = useRef<Telling>({ wanted: null, sent: null, isSilent: false, timer: null });
  const path = `_channels/${encodeURIComponent(channel)}`;
  const told = useMemo(() => {
    const { current } = state;
    const send = () => {
      if (current.isSilent || current.wanted === current.sent) {
        current.timer = null;
        return;
      }
      current.sent = current.wanted;
      current.timer = setTimeout(send, PAUSE_MS);
      // Who is where is a courtesy: a message that does not arrive is no reason to disturb anybody.
      api.post(path, { type: "focus", field: current.wanted }).catch(() => undefined);
    };
    return {
      tell(pointer: string | null) {
        current.wanted = pointer;
        if (current.timer === null) send();
      },
      silence(isSilent: boolean) {
        current.isSilent = isSilent;
        if (current.timer === null) send();
      },
      again() {
        if (current.wanted === null) return;
        current.sent = null;
        if (current.timer === null) send();
      },
    };
  }, [path]);
  useEffect(() => {
    const { current } = state;
    return () => {
      if (current.timer !== null) clearTimeout(current.timer);
      current.timer = null;
    };
  }, []);
  return told;
}
