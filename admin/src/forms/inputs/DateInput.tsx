import { TextField } from "@mui/material";
import { useState } from "react";
import { toLocal, toMoment, zoneOf } from "../model/moments";
import type { InputProps } from "../page/scope";
import { useField, useUnder } from "./useField";

/** A day. */
export function DateInput({ field, source, hideLabel }: InputProps) {
  const { value, change, id, fault, label } = useField(field, source);
  const under = useUnder(field, fault);
  return (
    <TextField
      id={id}
      type="date"
      label={hideLabel ? undefined : label}
      value={typeof value === "string" ? value : ""}
      onChange={(event) => change(event.target.value || null)}
      error={Boolean(fault)}
      helperText={under || undefined}
      fullWidth
      slotProps={{
        inputLabel: { shrink: true },
        htmlInput: {
          max: "9999-12-31",
          "aria-label": hideLabel ? field.label : undefined,
          "aria-required": field.required || undefined,
        },
      }}
    />
  );
}

/** A moment, in the local time of whoever looks, whose zone is said; stored in UTC. */
export function DateTimeInput({ field, source, hideLabel }: InputProps) {
  const { value, change, id, fault, label } = useField(field, source);
  const [typed, setTyped] = useState<string | null>(null);
  const moment = typeof value === "string" ? value : null;
  const under = useUnder(field, fault, zoneOf(moment));
  return (
    <TextField
      id={id}
      type="datetime-local"
      label={hideLabel ? undefined : label}
      value={typed ?? (moment ? toLocal(moment) : "")}
      onChange={(event) => {
        setTyped(event.target.value);
        change(toMoment(event.target.value));
      }}
      onBlur={() => setTyped(null)}
      error={Boolean(fault)}
      helperText={under}
      fullWidth
      slotProps={{
        inputLabel: { shrink: true },
        htmlInput: {
          step: "any",
          max: "9999-12-31T23:59",
          "aria-label": hideLabel ? field.label : undefined,
          "aria-required": field.required || undefined,
        },
      }}
    />
  );
}
