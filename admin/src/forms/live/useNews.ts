import { useEffect, useState } from "react";
import { useTranslate } from "react-admin";
import { type Collection, useDescription } from "../../server/description";
import { type Message, useChannel } from "../../server/live";
import type { Compared } from "../model/merge";
import type { Document } from "../model/place";
import type { Received } from "../model/session";
import { useArrivals } from "./useArrivals";

interface NewsProps {
  collection: Collection;
  /** The document as it was last read. */
  document: Document;
  /** Takes a newer one into the form. */
  receive(document: Document): Pick<Received, "taken" | "conflicts">;
  /** Has the document read again, as soon as that disturbs nothing. */
  look(): void;
  nameOf(id: string): string | null;
}

export interface News {
  /** Values that have just come, and from whom, by JSON pointer. */
  arrived: ReadonlyMap<string, string>;
  /** What is to be told of it. */
  said: string;
  /** Who has saved the document last, where that is known. */
  writer: string | null;
  isRemoved: boolean;
}

/** Follow what others save of a document, and take it into the form. */
export function useNews({ collection, document, receive, look, nameOf }: NewsProps): News {
  const translate = useTranslate();
  const me = useDescription().user.id;
  const { arrived, arrive } = useArrivals();
  const [said, setSaid] = useState("");
  const [by, setBy] = useState<string | null>(null);
  const [isRemoved, setRemoved] = useState(false);

  const onMessage = (message: Message) => {
    if (message.type === "revalidate") return look();
    if (message.id !== document.id) return;
    setBy(typeof message.by === "string" ? message.by : null);
    setRemoved(message.type === "removed");
    if (message.type !== "removed") look();
  };
  // What somebody is called may be known a moment later than what they have done.
  const writer = by === me ? translate("forms.live.you") : by && nameOf(by);
  useChannel(collection.live ?? null, onMessage, { onReset: look });

  useEffect(() => {
    const { taken, conflicts } = receive(document);
    if (taken.length + conflicts.length === 0) return;
    const name = writer ?? translate("forms.live.somebody");
    const tell = (key: string, some: readonly Compared[]) =>
      some.length > 0 ? [translate(key, { name, fields: some.map(({ leaf }) => leaf.label).join(", ") })] : [];
    const pointers = taken.map(({ leaf }) => leaf.pointer);
    arrive(pointers, name);
    setSaid([...tell("forms.live.changedFields", taken), ...tell("forms.clash.told", conflicts)].join(". "));
  }, [document, receive, arrive, writer, translate]);
  return { arrived, said, writer, isRemoved };
}
