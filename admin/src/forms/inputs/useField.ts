import { useTranslate } from "react-admin";
import { useFormContext, useWatch } from "react-hook-form";
import type { Field } from "../../server/description";
import { pointerOf } from "../model/place";
import { useFormScope } from "../page/scope";

interface FieldState {
  value: unknown;
  change(value: unknown): void;
  pointer: string;
  /** The id of the input itself; its label is for it. */
  id: string;
  /** What is wrong, or undefined. */
  fault: string | undefined;
  /** The field's label, with a star where it has to be filled in. */
  label: string;
}

/** Return the value of a field and all that its input says of it. */
export function useField(field: Field, source: string): FieldState {
  const { control, setValue } = useFormContext();
  const { faults, onChanged } = useFormScope();
  const value: unknown = useWatch({ control, name: source });
  const pointer = pointerOf(source);
  const change = (next: unknown) => {
    setValue(source, next ?? null, { shouldDirty: true });
    onChanged(pointer);
  };
  return { value, change, pointer, id: idOf(pointer), fault: faults[pointer], label: labelOf(field) };
}

/** Return the id of the input at a pointer. */
export function idOf(pointer: string): string {
  return `field${pointer.replaceAll("/", "-")}`;
}

export function labelOf(field: Field): string {
  return field.required ? `${field.label} *` : field.label;
}

/** Return what stands under an input: what is wrong, or the help with whatever else there is to say. */
export function useUnder(field: Field, fault: string | undefined, ...more: (string | null | undefined)[]): string {
  const translate = useTranslate();
  if (fault) return fault.charAt(0).toUpperCase() + fault.slice(1);
  const said = [field.help, ...more].filter((text): text is string => Boolean(text));
  return said.length > 0 ? said.join(translate("forms.between")) : "";
}
