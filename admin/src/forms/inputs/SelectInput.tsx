import { Autocomplete, Chip, MenuItem, TextField } from "@mui/material";
import { useTranslate } from "react-admin";
import type { Option } from "../../server/description";
import { useSame } from "../../shell/useSame";
import type { InputProps } from "../page/scope";
import { useField, useUnder } from "./useField";
import { usePickerTexts } from "./usePickerTexts";

/** From how many options on one searches rather than looks through them. */
const MANY = 12;

/** One of several options. */
export function SelectInput({ field, source, hideLabel }: InputProps) {
  const translate = useTranslate();
  const { value, change, id, fault, label } = useField(field, source);
  const under = useUnder(field, fault);
  const options = withValue(field.options ?? [], value);
  if (options.length > MANY) return <SearchedSelect field={field} source={source} hideLabel={hideLabel} />;
  return (
    <TextField
      select
      id={id}
      label={hideLabel ? undefined : label}
      value={typeof value === "string" ? value : ""}
      onChange={(event) => change(event.target.value || null)}
      error={Boolean(fault)}
      helperText={under || undefined}
      fullWidth
      slotProps={{ select: { SelectDisplayProps: { "aria-label": hideLabel ? field.label : undefined } } }}
    >
      {!field.required && (
        <MenuItem value="">
          <em>{translate("forms.none")}</em>
        </MenuItem>
      )}
      {options.map((option) => (
        <MenuItem key={option.value} value={option.value}>
          {option.label}
        </MenuItem>
      ))}
    </TextField>
  );
}

function SearchedSelect({ field, source, hideLabel }: InputProps) {
  const texts = usePickerTexts();
  const { value, change, id, fault, label } = useField(field, source);
  const under = useUnder(field, fault);
  const options = withValue(field.options ?? [], value);
  const chosen = useSame(options.find((option) => option.value === value) ?? null);
  return (
    <Autocomplete
      {...texts}
      id={id}
      options={options}
      value={chosen}
      onChange={(_event, option) => change(option?.value)}
      getOptionKey={(option) => option.value}
      isOptionEqualToValue={(one, other) => one.value === other.value}
      renderInput={(parts) => (
        <TextField
          {...parts}
          label={hideLabel ? undefined : label}
          error={Boolean(fault)}
          helperText={under || undefined}
        />
      )}
    />
  );
}

/** Several of several options. */
export function MultiSelectInput({ field, source, hideLabel }: InputProps) {
  const texts = usePickerTexts();
  const { value, change, id, fault, label } = useField(field, source);
  const under = useUnder(field, fault);
  const chosen = Array.isArray(value) ? value.map(String) : [];
  const options = chosen.reduce(withValue, field.options ?? []);
  const picked = useSame(
    chosen.map((one) => options.find((option) => option.value === one) ?? { value: one, label: one }),
  );
  return (
    <Autocomplete
      {...texts}
      multiple
      disableCloseOnSelect
      id={id}
      options={options}
      value={picked}
      onChange={(_event, next) => change(next.map((option) => option.value))}
      getOptionKey={(option) => option.value}
      isOptionEqualToValue={(one, other) => one.value === other.value}
      renderValue={(shown, getItemProps) =>
        shown.map((option, index) => {
          const { key, ...rest } = getItemProps({ index });
          return <Chip key={key} label={option.label} size="small" {...rest} />;
        })
      }
      renderInput={(parts) => (
        <TextField
          {...parts}
          label={hideLabel ? undefined : label}
          error={Boolean(fault)}
          helperText={under || undefined}
        />
      )}
    />
  );
}

/** A value that is no option any more stays to be seen. */
function withValue(options: readonly Option[], value: unknown): Option[] {
  if (typeof value !== "string" || value === "" || options.some((option) => option.value === value))
    return [...options];
  return [...options, { value, label: value }];
}
