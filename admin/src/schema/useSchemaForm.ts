import { useMemo, useState } from "react";
import { type Draft, draftOf, type Faults, holds, initialDraft, readDraft } from "./drafts";
import { type Field, fieldOf, type JsonSchema } from "./fields";

export type Mode = "form" | "json";

export interface SchemaFormState {
  field: Field;
  draft: Draft;
  mode: Mode;
  /** What stands in the JSON editor; for `mode` "json". */
  text: string;
  /** What is wrong before anything was sent, since the last `read`. */
  faults: Faults;
  /** Whether the last change to the form was refused because it cannot show the JSON. */
  isTooMuch: boolean;
  setDraft: (draft: Draft) => void;
  setText: (text: string) => void;
  setMode: (mode: Mode) => void;
  /** Return `{value}`, or null where there are faults, which are shown from now on. */
  read: () => { value: unknown } | null;
  /** Return the value as far as it can be read now, faults or not. */
  peek: () => unknown;
}

/** Return the state of a form made from a JSON Schema; null is a schema that takes anything. */
export function useSchemaForm(schema: JsonSchema | null, initial?: unknown): SchemaFormState {
  const field = useMemo(() => fieldOf(schema ?? {}), [schema]);
  const [state, setState] = useState(() => begin(field, initial));
  // Another schema: another form. Set while rendering, so that no input ever sees a draft that is not its own.
  const [owner, setOwner] = useState(field);
  if (owner !== field) {
    setOwner(field);
    setState(begin(field, initial));
  }
  const change = (changes: Partial<typeof state>) =>
    setState((now) => ({ ...now, faults: {}, isTooMuch: false, ...changes }));

  const readAll = () =>
    state.mode === "form" ? readDraft(field, state.draft) : readDraft({ ...field, kind: "json" } as Field, state.text);

  const setMode = (mode: Mode) => {
    if (mode === state.mode) return;
    const { value, faults } = readAll();
    if (mode === "json") return change({ mode, text: JSON.stringify(value ?? {}, null, 2) });
    if (Object.keys(faults).length > 0) return change({ faults });
    if (!holds(field, value)) return change({ isTooMuch: true });
    change({ mode, draft: draftOf(field, value) });
  };

  const read = () => {
    const { value, faults } = readAll();
    change({ faults });
    return Object.keys(faults).length > 0 ? null : { value };
  };

  return {
    field,
    ...state,
    setDraft: (draft) => change({ draft }),
    setText: (text) => change({ text }),
    setMode,
    read,
    peek: () => readAll().value,
  };
}

function begin(field: Field, initial: unknown) {
  const isShown = field.kind !== "json" && (initial === undefined || holds(field, initial));
  const mode: Mode = isShown ? "form" : "json";
  const draft = initial === undefined ? initialDraft(field) : draftOf(field, initial);
  const text = initial === undefined ? textOf(field) : JSON.stringify(initial, null, 2);
  return { mode, draft, text, faults: {} as Faults, isTooMuch: false };
}

function textOf(field: Field): string {
  return field.default === undefined ? "{}" : JSON.stringify(field.default, null, 2);
}
