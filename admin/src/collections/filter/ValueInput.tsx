import Autocomplete from "@mui/material/Autocomplete";
import Box from "@mui/material/Box";
import TextField from "@mui/material/TextField";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { type Choice, useChoices, useTarget, useTitles } from "../../forms/inputs/useChoices";
import type { Collection, Field } from "../../server/description";
import { useSame } from "../../shell/useSame";
import { dayOf, instantOf, localOf } from "../model/days";
import { elementOf } from "../model/fields";
import { arityOf, type Operator } from "../model/operators";
import { optionLabel } from "../values/Value";

interface ValueInputProps {
  field: Field;
  operator: Operator;
  value: unknown;
  onChange(value: unknown): void;
}

/** What a condition compares with: an input that fits the field and the operator, none where nothing is compared. */
export function ValueInput({ field, operator, value, onChange }: ValueInputProps) {
  const translate = useTranslate();
  const element = elementOf(field);
  const arity = arityOf(operator);
  if (arity === 0) return null;
  if (arity === "list") return <ListInput field={element} value={value} onChange={onChange} />;
  const isDay = operator === "on";
  if (arity === 1)
    return (
      <OneInput field={element} isDay={isDay} label="collections.filter.value" value={value} onChange={onChange} />
    );
  const [from, to] = Array.isArray(value) ? value : [];
  return (
    <Box sx={{ display: "flex", gap: 1, alignItems: "center", minWidth: 0 }}>
      <OneInput
        field={element}
        label="collections.filter.from"
        value={from}
        onChange={(next) => onChange([next, to])}
      />
      <span>{translate("collections.filter.and")}</span>
      <OneInput field={element} label="collections.filter.to" value={to} onChange={(next) => onChange([from, next])} />
    </Box>
  );
}

interface OneInputProps {
  field: Field;
  label: string;
  value: unknown;
  onChange(value: unknown): void;
  /** Of an instant, a whole day is meant. */
  isDay?: boolean;
}

function OneInput({ field, label, value, onChange, isDay = false }: OneInputProps) {
  const translate = useTranslate();
  const name = translate(label);
  const common = { margin: "none", fullWidth: true, slotProps: { htmlInput: { "aria-label": name } } } as const;
  if (field.type === "boolean") return <TruthInput name={name} value={value} onChange={onChange} />;
  if (field.type === "number" || field.type === "integer") {
    return (
      <TextField
        {...common}
        type="number"
        value={typeof value === "number" ? value : ""}
        onChange={(event) => onChange(event.target.value === "" ? undefined : Number(event.target.value))}
        slotProps={{ htmlInput: { "aria-label": name, step: field.type === "integer" ? 1 : "any" } }}
      />
    );
  }
  if (field.type === "date" || (field.type === "datetime" && isDay)) {
    const day = field.type === "date" ? String(value ?? "") : (dayOf(`${String(value)}T00:00:00`) ?? "");
    return (
      <TextField {...common} type="date" value={day} onChange={(event) => onChange(event.target.value || undefined)} />
    );
  }
  if (field.type === "datetime") {
    return (
      <TextField
        {...common}
        type="datetime-local"
        value={value ? localOf(String(value)) : ""}
        onChange={(event) => onChange(instantOf(event.target.value) || undefined)}
      />
    );
  }
  return <TextField {...common} value={value ?? ""} onChange={(event) => onChange(event.target.value)} />;
}

function TruthInput({ name, value, onChange }: { name: string; value: unknown; onChange(value: unknown): void }) {
  const translate = useTranslate();
  return (
    <TextField
      select
      margin="none"
      fullWidth
      value={typeof value === "boolean" ? String(value) : ""}
      onChange={(event) => onChange(event.target.value === "" ? undefined : event.target.value === "true")}
      slotProps={{ select: { native: true }, htmlInput: { "aria-label": name } }}
    >
      <option value="" />
      <option value="true">{translate("ra.boolean.true")}</option>
      <option value="false">{translate("ra.boolean.false")}</option>
    </TextField>
  );
}

interface ListInputProps {
  field: Field;
  value: unknown;
  onChange(value: unknown): void;
}

function ListInput({ field, value, onChange }: ListInputProps) {
  const target = useTarget(field.type === "reference" ? field.collection : null);
  const values = Array.isArray(value) ? value : [];
  if (target) return <DocumentsInput target={target} ids={values.map(String)} onChange={onChange} />;
  if (field.options?.length) return <OptionsInput field={field} values={values} onChange={onChange} />;
  return <TypedInput field={field} values={values} onChange={onChange} />;
}

function OptionsInput({
  field,
  values,
  onChange,
}: {
  field: Field;
  values: unknown[];
  onChange(value: unknown): void;
}) {
  const translate = useTranslate();
  const options = field.options ?? [];
  const chosen = useSame(values.map((value) => ({ value: String(value), label: optionLabel(field, value) })));
  return (
    <Autocomplete
      multiple
      disableCloseOnSelect
      options={options}
      value={chosen}
      onChange={(_event, chosen) => onChange(chosen.map((one) => one.value))}
      isOptionEqualToValue={(one, other) => one.value === other.value}
      renderInput={(parts) => <Input parts={parts} label={translate("collections.filter.values")} />}
      slotProps={SMALL}
    />
  );
}

/** Values that are typed, each ended with Enter. */
function TypedInput({ field, values, onChange }: { field: Field; values: unknown[]; onChange(value: unknown): void }) {
  const translate = useTranslate();
  const isNumber = field.type === "number" || field.type === "integer";
  const texts = useSame(values.map(String));
  const read = (typed: string[]) => (isNumber ? typed.map(Number).filter((one) => !Number.isNaN(one)) : typed);
  return (
    <Autocomplete
      multiple
      freeSolo
      autoSelect
      options={[] as string[]}
      value={texts}
      onChange={(_event, typed) => onChange(read(typed))}
      renderInput={(parts) => (
        <Input
          parts={parts}
          label={translate("collections.filter.values")}
          placeholder={translate("collections.filter.typed")}
        />
      )}
      slotProps={SMALL}
    />
  );
}

function DocumentsInput({
  target,
  ids,
  onChange,
}: {
  target: Collection;
  ids: string[];
  onChange(value: unknown): void;
}) {
  const translate = useTranslate();
  const [typed, setTyped] = useState("");
  const [isOpen, setOpen] = useState(false);
  const { choices, isLoading } = useChoices(target, typed, isOpen);
  const titles = useTitles(target, ids);
  const chosen = useSame(ids.map((id) => ({ id, title: titles.get(id) ?? id })));
  return (
    <Autocomplete<Choice, true>
      multiple
      open={isOpen}
      onOpen={() => setOpen(true)}
      onClose={() => setOpen(false)}
      options={choices}
      value={chosen}
      onChange={(_event, chosen) => onChange(chosen.map((one) => one.id))}
      onInputChange={(_event, text, reason) => setTyped(reason === "input" ? text : "")}
      filterOptions={(all) => all}
      filterSelectedOptions
      getOptionLabel={(one) => one.title}
      getOptionKey={(one) => one.id}
      isOptionEqualToValue={(one, other) => one.id === other.id}
      loading={isLoading}
      loadingText={translate("forms.reference.searching")}
      noOptionsText={translate("forms.reference.none", { collection: target.label })}
      renderInput={(parts) => (
        <Input
          parts={parts}
          label={translate("collections.filter.values")}
          placeholder={translate("forms.reference.search", { collection: target.label })}
        />
      )}
      slotProps={SMALL}
    />
  );
}

const SMALL = { chip: { size: "small" } } as const;

interface InputProps {
  parts: Parameters<NonNullable<Parameters<typeof Autocomplete>[0]["renderInput"]>>[0];
  label: string;
  placeholder?: string;
}

/** The label is for those who do not see the condition that the input stands in. */
function Input({ parts, label, placeholder }: InputProps) {
  const htmlInput = { ...parts.slotProps?.htmlInput, "aria-label": label };
  return <TextField {...parts} margin="none" placeholder={placeholder} slotProps={{ ...parts.slotProps, htmlInput }} />;
}
