import { useState } from "react";
import type { Field } from "../../server/description";
import { FilesInput } from "../files/FilesInput";
import type { InputProps } from "../page/scope";
import { ChipsInput } from "./ChipsInput";
import { ReferencesInput } from "./ReferencesInput";
import { RowsInput } from "./RowsInput";

const AS_CHIPS: ReadonlySet<string> = new Set(["string", "email", "url", "slug"]);

/** A list: words and references as chips in one line, or one below the other; everything else in rows. */
export function ArrayInput({ field, source, hideLabel }: InputProps) {
  const [isInRows, setInRows] = useState(false);
  const items = field.items ?? ANYTHING;
  const Chips = items.type === "reference" ? ReferencesInput : AS_CHIPS.has(items.type) ? ChipsInput : null;
  if (items.type === "file") return <FilesInput field={field} items={items} source={source} hideLabel={hideLabel} />;
  if (Chips === null) return <RowsInput field={field} items={items} source={source} hideLabel={hideLabel} />;
  if (isInRows) {
    return (
      <RowsInput field={field} items={items} source={source} hideLabel={hideLabel} onLeave={() => setInRows(false)} />
    );
  }
  return <Chips field={field} items={items} source={source} hideLabel={hideLabel} onRows={() => setInRows(true)} />;
}

/** What a list of no declared elements holds. */
const ANYTHING: Field = { name: "item", type: "json", label: "JSON" };
