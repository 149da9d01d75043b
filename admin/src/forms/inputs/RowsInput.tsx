import AddIcon from "@mui/icons-material/Add";
import { Box, Button, FormHelperText, Stack, Typography } from "@mui/material";
import { useEffect, useRef } from "react";
import { useTranslate } from "react-admin";
import type { Field } from "../../server/description";
import { defaultsOf } from "../model/initial";
import { moved } from "../model/rows";
import { type InputProps, useFormScope } from "../page/scope";
import { Row } from "./Row";
import { useField, useUnder } from "./useField";
import { useKeys } from "./useKeys";

interface RowsProps extends InputProps {
  items: Field;
  /** Go back to the list in one line. */
  onLeave?: () => void;
}

/** A list, one element below the other: added, removed and moved by buttons, or with Alt and the arrow keys. */
export function RowsInput({ field, items, source, hideLabel, onLeave }: RowsProps) {
  const translate = useTranslate();
  const { value, change, id, fault, label } = useField(field, source);
  const { isReadOnly } = useFormScope();
  const values = Array.isArray(value) ? value : [];
  const keys = useKeys(values.length);
  const list = useRef<HTMLDivElement>(null);
  const focus = useFocusLater(list);
  const under = useUnder(field, fault);
  const isFull = typeof field.max === "number" && values.length >= field.max;

  const add = () => {
    change([...values, emptyOf(items)]);
    focus(values.length, "input");
  };
  const remove = (index: number) => {
    keys.remove(index);
    change(values.filter((_, place) => place !== index));
    focus(Math.min(index, values.length - 2), "remove");
  };
  const move = (from: number, to: number, button: string) => {
    if (to < 0 || to >= values.length) return;
    keys.move(from, to);
    change(moved(values, from, to));
    focus(to, button);
  };
  return (
    <Box role="group" aria-labelledby={`${id}-label`} id={id} tabIndex={-1}>
      <Stack direction="row" sx={{ alignItems: "baseline", justifyContent: "space-between", mb: 1 }}>
        <Typography id={`${id}-label`} variant="subtitle2" hidden={hideLabel} color={fault ? "error" : undefined}>
          {label}
        </Typography>
        {onLeave && (
          <Button size="small" onClick={onLeave}>
            {translate("forms.list.inLine")}
          </Button>
        )}
      </Stack>
      <Stack ref={list} spacing={items.type === "object" ? 1.5 : 1}>
        {values.map((_, index) => (
          <Row
            key={keys.of(index)}
            items={{ ...items, label: items.label || field.label }}
            source={`${source}.${index}`}
            index={index}
            count={values.length}
            onMove={(to, button) => move(index, to, button)}
            onRemove={() => remove(index)}
          />
        ))}
      </Stack>
      {values.length === 0 && (
        <Typography variant="body2" color="textSecondary">
          {translate("forms.list.empty")}
        </Typography>
      )}
      {under && <FormHelperText error={Boolean(fault)}>{under}</FormHelperText>}
      {!isReadOnly && (
        <Button startIcon={<AddIcon />} size="small" onClick={add} disabled={isFull} sx={{ mt: 1 }} data-button="add">
          {translate("forms.list.add", { label: items.label || field.label })}
        </Button>
      )}
    </Box>
  );
}

function emptyOf(items: Field): unknown {
  if (items.type === "object") return defaultsOf(items.fields ?? []);
  if (items.type === "array") return [];
  return items.default ?? null;
}

type Focus = (index: number, button: string) => void;

/** Return a function that puts the focus on a button, or the first input, of a row once it is drawn. */
function useFocusLater(list: React.RefObject<HTMLDivElement | null>): Focus {
  const wanted = useRef<{ index: number; button: string } | null>(null);
  useEffect(() => {
    const target = wanted.current;
    if (target === null) return;
    wanted.current = null;
    const row = list.current?.children[target.index];
    const here =
      target.button === "input"
        ? "input:not([type=hidden]), textarea, [role=combobox]"
        : `[data-button=${target.button}]`;
    const found =
      row?.querySelector<HTMLElement>(here) ??
      list.current?.parentElement?.querySelector<HTMLElement>("[data-button=add]");
    found?.focus();
  });
  return (index, button) => {
    wanted.current = { index, button };
  };
}
