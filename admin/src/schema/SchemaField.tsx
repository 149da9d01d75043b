import Box from "@mui/material/Box";
import FormControlLabel from "@mui/material/FormControlLabel";
import FormHelperText from "@mui/material/FormHelperText";
import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import Switch from "@mui/material/Switch";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useTranslate } from "react-admin";
import { type Draft, step } from "./drafts";
import { within } from "./errors";
import { type Field, isObject, type TextFormat } from "./fields";
import { JsonText } from "./JsonText";
import type { SchemaFieldProps } from "./props";
import { SchemaList } from "./SchemaList";

type Of<Kind extends Field["kind"]> = SchemaFieldProps<Extract<Field, { kind: Kind }>>;

const INPUT_TYPES: Record<TextFormat, string> = {
  plain: "text",
  date: "date",
  "date-time": "datetime-local",
  email: "email",
  uri: "url",
};

/** The input, or inputs, of one part of a schema. */
export function SchemaField(props: SchemaFieldProps) {
  const { field, draft, pointer, errors, disabled, onChange } = props;
  switch (field.kind) {
    case "text":
      return <TextInput {...props} field={field} />;
    case "number":
      return <NumberInput {...props} field={field} />;
    case "boolean":
      return field.required ? <BooleanInput {...props} field={field} /> : <MaybeInput {...props} field={field} />;
    case "choice":
      return <ChoiceInput {...props} field={field} />;
    case "constant":
      return (
        <TextField
          label={field.label}
          value={String(field.value)}
          helperText={field.help}
          size="small"
          fullWidth
          disabled
        />
      );
    case "object":
      return <ObjectInput {...props} field={field} />;
    case "array":
      return <SchemaList {...props} field={field} Item={SchemaField} />;
    case "json":
      return (
        <JsonText
          label={field.label}
          help={field.help}
          value={typeof draft === "string" ? draft : ""}
          error={within(errors, pointer)}
          disabled={disabled}
          required={field.required}
          onChange={onChange}
        />
      );
  }
}

function TextInput({ field, draft, pointer, errors, disabled, onChange }: Of<"text">) {
  const translate = useTranslate();
  const error = errors[pointer];
  const isTime = field.format === "date" || field.format === "date-time";
  return (
    <TextField
      label={field.label}
      type={INPUT_TYPES[field.format]}
      value={typeof draft === "string" ? draft : ""}
      onChange={(event) => onChange(event.target.value)}
      size="small"
      fullWidth
      multiline={field.multiline}
      maxRows={8}
      required={field.required}
      disabled={disabled}
      error={error !== undefined}
      helperText={error ?? field.help ?? (field.format === "date-time" ? translate("schema.local") : undefined)}
      slotProps={{
        htmlInput: { maxLength: field.maxLength ?? undefined },
        inputLabel: isTime ? { shrink: true } : undefined,
      }}
    />
  );
}

function NumberInput({ field, draft, pointer, errors, disabled, onChange }: Of<"number">) {
  const error = errors[pointer];
  const bounds = [field.min, field.max].some((bound) => bound !== null)
    ? `${field.min ?? "…"} – ${field.max ?? "…"}`
    : null;
  return (
    <TextField
      label={field.label}
      value={typeof draft === "string" ? draft : ""}
      onChange={(event) => onChange(event.target.value)}
      size="small"
      fullWidth
      required={field.required}
      disabled={disabled}
      error={error !== undefined}
      helperText={error ?? ([field.help, bounds].filter(Boolean).join(" · ") || undefined)}
      slotProps={{ htmlInput: { inputMode: field.integer ? "numeric" : "decimal" } }}
    />
  );
}

function BooleanInput({ field, draft, pointer, errors, disabled, onChange }: Of<"boolean">) {
  const note = errors[pointer] ?? field.help;
  return (
    <Box>
      <FormControlLabel
        label={field.label}
        control={
          <Switch checked={draft === true} disabled={disabled} onChange={(event) => onChange(event.target.checked)} />
        }
      />
      {note && <FormHelperText error={errors[pointer] !== undefined}>{note}</FormHelperText>}
    </Box>
  );
}

function MaybeInput(props: Of<"boolean">) {
  const translate = useTranslate();
  const { field, draft, onChange } = props;
  const options = [
    { value: true, label: translate("schema.yes") },
    { value: false, label: translate("schema.no") },
  ];
  const place = draft === true ? "0" : draft === false ? "1" : "";
  const choice = { ...field, kind: "choice" as const, options };
  const choose = (chosen: Draft) => onChange(chosen === "" ? undefined : chosen === "0");
  return <ChoiceInput {...props} field={choice} draft={place} onChange={choose} />;
}

function ChoiceInput({ field, draft, pointer, errors, disabled, onChange }: Of<"choice">) {
  const translate = useTranslate();
  const error = errors[pointer];
  return (
    <TextField
      select
      label={field.label}
      value={typeof draft === "string" ? draft : ""}
      onChange={(event) => onChange(event.target.value)}
      size="small"
      fullWidth
      required={field.required}
      disabled={disabled}
      error={error !== undefined}
      helperText={error ?? field.help}
    >
      {!field.required && (
        <MenuItem value="">
          <em>{translate("schema.nothing")}</em>
        </MenuItem>
      )}
      {field.options.map((option, index) => (
        <MenuItem key={JSON.stringify(option.value)} value={String(index)}>
          {option.label}
        </MenuItem>
      ))}
    </TextField>
  );
}

function ObjectInput({ field, draft, pointer, errors, disabled, onChange }: Of<"object">) {
  const drafts = isObject(draft) ? (draft as Record<string, Draft>) : {};
  const members = field.members.map(({ name, field: member }) => (
    <SchemaField
      key={name}
      field={member}
      draft={drafts[name]}
      pointer={step(pointer, name)}
      errors={errors}
      disabled={disabled}
      onChange={(changed) => onChange({ ...drafts, [name]: changed })}
    />
  ));
  const note = errors[pointer];
  const body = (
    <Stack spacing={2}>
      {note && <FormHelperText error>{note}</FormHelperText>}
      {members}
    </Stack>
  );
  if (pointer === "") return body;
  return (
    <Box
      component="fieldset"
      sx={{ border: 1, borderColor: "divider", borderRadius: 1, px: 2, pb: 2, m: 0, minWidth: 0 }}
    >
      <Typography component="legend" variant="caption" color="textSecondary" sx={{ px: 0.5 }}>
        {field.label}
        {field.required && " *"}
      </Typography>
      {field.help && (
        <Typography variant="body2" color="textSecondary" sx={{ mb: 2 }}>
          {field.help}
        </Typography>
      )}
      {body}
    </Box>
  );
}
