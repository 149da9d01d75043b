import Alert from "@mui/material/Alert";
import Stack from "@mui/material/Stack";
import ToggleButton from "@mui/material/ToggleButton";
import ToggleButtonGroup from "@mui/material/ToggleButtonGroup";
import { useTranslate } from "react-admin";
import { homeless, within } from "./errors";
import { JsonText } from "./JsonText";
import { SchemaField } from "./SchemaField";
import type { SchemaFormState } from "./useSchemaForm";

interface SchemaFormProps {
  form: SchemaFormState;
  /** What the server found wrong, by JSON pointer into the value. */
  errors?: Record<string, string>;
  disabled?: boolean;
}

/** The inputs of a form made from a JSON Schema, or the same as JSON. The button that sends it is the caller's. */
export function SchemaForm({ form, errors = {}, disabled = false }: SchemaFormProps) {
  const translate = useTranslate();
  const local = Object.entries(form.faults).map(([pointer, key]) => [pointer, translate(key)] as const);
  const all = { ...errors, ...Object.fromEntries(local) };
  const lost = form.mode === "form" ? homeless(all, form.field, form.draft) : [];
  return (
    <Stack spacing={2}>
      {form.field.kind !== "json" && (
        <ToggleButtonGroup
          exclusive
          size="small"
          value={form.mode}
          aria-label={translate("schema.mode")}
          disabled={disabled}
          onChange={(_, mode) => mode && form.setMode(mode)}
          sx={{ alignSelf: "flex-start" }}
        >
          <ToggleButton value="form">{translate("schema.form")}</ToggleButton>
          <ToggleButton value="json">{translate("schema.json")}</ToggleButton>
        </ToggleButtonGroup>
      )}
      {form.isTooMuch && <Alert severity="info">{translate("schema.lost")}</Alert>}
      {lost.length > 0 && (
        <Alert severity="error">
          {lost.map((line) => (
            <div key={line}>{line}</div>
          ))}
        </Alert>
      )}
      {form.mode === "form" ? (
        <SchemaField
          field={form.field}
          draft={form.draft}
          pointer=""
          errors={all}
          disabled={disabled}
          onChange={form.setDraft}
        />
      ) : (
        <JsonText
          label={translate("schema.payload")}
          help={form.field.kind === "json" ? form.field.help : null}
          value={form.text}
          error={within(all, "")}
          disabled={disabled}
          onChange={form.setText}
        />
      )}
    </Stack>
  );
}
