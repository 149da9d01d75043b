import Close from "@mui/icons-material/Close";
import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import IconButton from "@mui/material/IconButton";
import TextField from "@mui/material/TextField";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { useCallback, useMemo, useState } from "react";
import { useTranslate } from "react-admin";
import { FormProvider, useForm, useWatch } from "react-hook-form";
import { FieldInput } from "../../forms/inputs/FieldInput";
import { writable } from "../../forms/model/initial";
import { type FormScope, FormScopeContext } from "../../forms/page/scope";
import type { Collection, Field } from "../../server/description";
import { BulkDialog } from "./BulkDialog";
import { useBulk } from "./useBulk";

interface DialogProps {
  collection: Collection;
  ids: readonly string[];
  onClose(): void;
}

type Values = Record<string, unknown>;

/** Sets fields of many documents to the same values. */
export function EditDialog({ collection, ids, onClose }: DialogProps) {
  const translate = useTranslate();
  const bulk = useBulk(collection);
  const form = useForm<Values>({ defaultValues: {} });
  const [chosen, setChosen] = useState<Field[]>([]);
  const [unreadable, setUnreadable] = useState<Noted>({});
  const values = useWatch({ control: form.control });
  // The same for as long as the dialog is there: inputs take back what they have said when they are given another.
  const note = useCallback(
    (pointer: string, message: string | null) => setUnreadable((old) => noted(old, pointer, message)),
    [],
  );
  const scope = useMemo<FormScope>(
    () => ({
      collection,
      mode: "edit",
      isReadOnly: false,
      faults: unreadable,
      onChanged: () => {},
      setUnreadable: note,
    }),
    [collection, unreadable, note],
  );
  const empty = chosen.filter((field) => isEmpty(values[field.name]));
  const emptied = empty.filter((field) => !field.required);
  const words = { smart_count: ids.length, name: collection.label };
  const body = Object.fromEntries(chosen.map(({ name }) => [name, isEmpty(values[name]) ? null : values[name]]));
  return (
    <BulkDialog
      collection={collection}
      bulk={bulk}
      title={translate("collections.bulk.editTitle", words)}
      act={translate("collections.bulk.edit", words)}
      isReady={chosen.length > 0 && empty.length === emptied.length && Object.keys(unreadable).length === 0}
      onAct={() => void bulk.start(ids, (path) => ({ method: "PATCH", path, body }))}
      onClose={onClose}
    >
      <FormProvider {...form}>
        <FormScopeContext value={scope}>
          <Typography variant="body2" sx={{ mb: 1, color: "text.secondary" }}>
            {translate("collections.bulk.editHelp")}
          </Typography>
          {chosen.map((field) => (
            <Chosen
              key={field.name}
              field={field}
              onRemove={() => {
                form.unregister(field.name);
                note(`/${field.name}`, null);
                setChosen((old) => old.filter((one) => one !== field));
              }}
            />
          ))}
          <Add
            collection={collection}
            chosen={chosen}
            onAdd={(field) => {
              form.setValue(field.name, field.type === "boolean" ? false : null);
              setChosen((old) => [...old, field]);
            }}
          />
          {emptied.length > 0 && (
            <Alert severity="warning" variant="outlined" sx={{ mt: 1 }}>
              {translate("collections.bulk.emptied", { names: emptied.map((field) => field.label).join(", ") })}
            </Alert>
          )}
        </FormScopeContext>
      </FormProvider>
    </BulkDialog>
  );
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

type Noted = Readonly<Record<string, string>>;

/** Return what is noted with a message, or without one: the same where it says so already. */
function noted(old: Noted, pointer: string, message: string | null): Noted {
  if ((old[pointer] ?? null) === message) return old;
  const { [pointer]: _, ...others } = old;
  return message === null ? others : { ...others, [pointer]: message };
}

function Chosen({ field, onRemove }: { field: Field; onRemove(): void }) {
  const translate = useTranslate();
  const label = translate("collections.bulk.leave", { name: field.label });
  return (
    <Box sx={{ display: "flex", gap: 1, alignItems: "start", py: 0.5 }}>
      <Box sx={{ flex: 1, minWidth: 0 }}>
        <FieldInput field={field} source={field.name} />
      </Box>
      <Tooltip title={label}>
        <IconButton onClick={onRemove} aria-label={label} sx={{ mt: 1 }}>
          <Close fontSize="small" />
        </IconButton>
      </Tooltip>
    </Box>
  );
}

interface AddProps {
  collection: Collection;
  chosen: readonly Field[];
  onAdd(field: Field): void;
}

/** The fields that may be set to the same everywhere: not those whose values have to differ. */
function Add({ collection, chosen, onAdd }: AddProps) {
  const translate = useTranslate();
  const names = chosen.map((field) => field.name);
  const left = writable(collection.fields, "edit").filter((field) => !field.unique && !names.includes(field.name));
  if (left.length === 0) return null;
  return (
    <TextField
      select
      fullWidth
      value=""
      label={translate("collections.bulk.choose")}
      onChange={(event) => {
        const field = left.find((one) => one.name === event.target.value);
        if (field) onAdd(field);
      }}
      slotProps={{ select: { native: true }, inputLabel: { shrink: true } }}
    >
      <option value="">{translate("collections.bulk.field")}</option>
      {left.map((field) => (
        <option key={field.name} value={field.name}>
          {field.label}
        </option>
      ))}
    </TextField>
  );
}
