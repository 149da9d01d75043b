import type { Draft } from "./drafts";
import type { Field } from "./fields";

export interface SchemaFieldProps<F extends Field = Field> {
  field: F;
  draft: Draft;
  /** Where its value will be, as a JSON pointer. */
  pointer: string;
  errors: Record<string, string>;
  disabled: boolean;
  onChange: (draft: Draft) => void;
}
