import { TextField } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import type { Field } from "../../server/description";
import { toNumber } from "../model/numbers";
import type { InputProps } from "../page/scope";
import { useField, useUnder } from "./useField";

/** A number, written as people write them. What is no number stays as it was typed, and is told to be none. */
export function NumberInput({ field, source, hideLabel }: InputProps) {
  const translate = useTranslate();
  const { value, change, id, fault, label } = useField(field, source);
  const [typed, setTyped] = useState<string | null>(null);
  const under = useUnder(field, fault, rangeOf(field, translate));
  return (
    <TextField
      id={id}
      label={hideLabel ? undefined : label}
      value={typed ?? shown(value)}
      onChange={(event) => {
        const text = event.target.value;
        setTyped(text);
        const number = toNumber(text);
        change(number === undefined ? text : number);
      }}
      onBlur={() => setTyped(null)}
      error={Boolean(fault)}
      helperText={under || undefined}
      placeholder={field.placeholder ?? undefined}
      fullWidth
      slotProps={{
        htmlInput: {
          inputMode: field.type === "integer" ? "numeric" : "decimal",
          "aria-label": hideLabel ? field.label : undefined,
          "aria-required": field.required || undefined,
          autoComplete: "off",
        },
      }}
    />
  );
}

function shown(value: unknown): string {
  return typeof value === "number" || typeof value === "string" ? String(value) : "";
}

function rangeOf({ min, max }: Field, translate: ReturnType<typeof useTranslate>): string | null {
  const [hasMin, hasMax] = [typeof min === "number", typeof max === "number"];
  if (hasMin && hasMax) return translate("forms.range.both", { min, max });
  if (hasMin) return translate("forms.range.from", { min });
  return hasMax ? translate("forms.range.to", { max }) : null;
}
