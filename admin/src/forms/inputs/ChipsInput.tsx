import { Autocomplete, Chip, TextField } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import type { Field } from "../../server/description";
import { type InputProps, useFormScope } from "../page/scope";
import { RowsButton } from "./RowsButton";
import { useField, useUnder } from "./useField";
import { usePickerTexts } from "./usePickerTexts";

export interface ChipsProps extends InputProps {
  items: Field;
  /** Show the list in rows instead. */
  onRows: () => void;
}

/** A list of words: each a chip, added with Enter or a comma. */
export function ChipsInput({ field, items, source, hideLabel, onRows }: ChipsProps) {
  const translate = useTranslate();
  const texts = usePickerTexts();
  const { value, change, id, fault, label, pointer } = useField(field, source);
  const { faults } = useFormScope();
  const [typed, setTyped] = useState("");
  const words = Array.isArray(value) ? value.map(String) : [];
  const wrong = words.flatMap((word, index) => {
    const said = faults[`${pointer}/${index}`];
    return said ? [`${word}: ${said}`] : [];
  });
  const problem = fault ?? (wrong.length > 0 ? wrong.join("; ") : undefined);
  const under = useUnder(field, problem, translate("forms.chips.help"));
  return (
    <Autocomplete
      {...texts}
      multiple
      freeSolo
      clearOnBlur={false}
      autoSelect
      id={id}
      options={[] as string[]}
      value={words}
      inputValue={typed}
      onChange={(_event, next) => change(unique(next.flatMap(partsOf)))}
      onInputChange={(_event, text, reason) => {
        if (reason !== "input" || !SEPARATOR.test(text)) {
          setTyped(text);
          return;
        }
        setTyped("");
        change(unique([...words, ...partsOf(text)]));
      }}
      renderValue={(shown, getItemProps) =>
        shown.map((word, index) => {
          const { key, ...rest } = getItemProps({ index });
          const isWrong = faults[`${pointer}/${index}`] !== undefined;
          return <Chip key={key} label={word} size="small" color={isWrong ? "error" : "default"} {...rest} />;
        })
      }
      renderInput={(parts) => (
        <TextField
          {...parts}
          label={hideLabel ? undefined : label}
          placeholder={words.length === 0 ? (field.placeholder ?? items.placeholder ?? undefined) : undefined}
          error={Boolean(problem)}
          helperText={
            <>
              {under}
              {words.length > 1 && <RowsButton onClick={onRows} />}
            </>
          }
        />
      )}
    />
  );
}

const SEPARATOR = /[,;\n]/;

function partsOf(text: string): string[] {
  return text
    .split(SEPARATOR)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function unique(words: readonly string[]): string[] {
  return [...new Set(words)];
}
