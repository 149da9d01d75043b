import { createContext, useContext } from "react";
import type { Collection, Field } from "../../server/description";
import type { Mode } from "../model/initial";

/** What every input of a form needs to know. */
export interface FormScope {
  collection: Collection;
  mode: Mode;
  /** Nothing may be written: every value is shown as text. */
  isReadOnly: boolean;
  /** What is wrong, by JSON pointer, in the user's language. */
  faults: Readonly<Record<string, string>>;
  /** The user has changed a value: what was said of it no longer holds. */
  onChanged(pointer: string): void;
  /** What an input holds is no value (yet), and why; null when it is one again. */
  setUnreadable(pointer: string, message: string | null): void;
}

export const FormScopeContext = createContext<FormScope | null>(null);

export function useFormScope(): FormScope {
  const scope = useContext(FormScopeContext);
  if (scope === null) throw new Error("inputs stand in a form");
  return scope;
}

/** Somebody else who has the document open. */
export interface Person {
  id: string;
  name: string;
}

/** What others do to the document while it is edited. */
export interface Others {
  /** Who is in which field, by JSON pointer. */
  places: ReadonlyMap<string, readonly Person[]>;
  /** Values that have just come from somebody else, and who that was. */
  arrived: ReadonlyMap<string, string>;
  /** Who has saved the document last, where that is known. */
  writer: string | null;
  /** Fields that both have changed: what the user began from, and what the other has saved. */
  open: ReadonlyMap<string, { base: unknown; theirs: unknown }>;
  keepMine(pointer: string): void;
  takeTheirs(pointer: string): void;
}

const NOBODY: Others = {
  places: new Map(),
  arrived: new Map(),
  writer: null,
  open: new Map(),
  keepMine: () => {},
  takeTheirs: () => {},
};

export const OthersContext = createContext<Others>(NOBODY);

export function useOthers(): Others {
  return useContext(OthersContext);
}

/** What every input of a field is given. */
export interface InputProps {
  field: Field;
  /** Where its value stands in the form: `seo.title`. */
  source: string;
  /** The label stands somewhere else on the screen, but readers of screens need one. */
  hideLabel?: boolean;
}
