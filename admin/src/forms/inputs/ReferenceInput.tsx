import OpenIcon from "@mui/icons-material/OpenInNew";
import { Autocomplete, IconButton, Stack, TextField, Tooltip } from "@mui/material";
import { useState } from "react";
import { useCreatePath, useTranslate } from "react-admin";
import { Link } from "react-router-dom";
import type { Collection } from "../../server/description";
import type { InputProps } from "../page/scope";
import { TextInput } from "./TextInput";
import { type Choice, useChoices, useChosen, useTarget } from "./useChoices";
import { useField, useUnder } from "./useField";
import { usePickerTexts } from "./usePickerTexts";

/** A document of another collection, found by typing; its title is shown, and a way to it. */
export function ReferenceInput(props: InputProps) {
  const target = useTarget(props.field.collection);
  return target ? <Picker {...props} target={target} /> : <TextInput {...props} />;
}

function Picker({ field, source, hideLabel, target }: InputProps & { target: Collection }) {
  const translate = useTranslate();
  const texts = usePickerTexts();
  const { value, change, id, fault, label } = useField(field, source);
  const [typed, setTyped] = useState("");
  const [isOpen, setOpen] = useState(false);
  const { choices, isLoading } = useChoices(target, typed, isOpen);
  const [chosen = null] = useChosen(target, typeof value === "string" && value !== "" ? [value] : []);
  const under = useUnder(field, fault);
  return (
    <Stack direction="row" spacing={0.5} sx={{ alignItems: "flex-start" }}>
      <Autocomplete<Choice>
        {...texts}
        id={id}
        fullWidth
        open={isOpen}
        onOpen={() => setOpen(true)}
        onClose={() => setOpen(false)}
        options={choices}
        value={chosen}
        onChange={(_event, next) => change(next?.id)}
        onInputChange={(_event, text, reason) => setTyped(reason === "input" ? text : "")}
        filterOptions={(all) => all}
        getOptionLabel={(choice) => choice.title}
        getOptionKey={(choice) => choice.id}
        isOptionEqualToValue={(one, other) => one.id === other.id}
        loading={isLoading}
        loadingText={translate("forms.reference.searching")}
        noOptionsText={translate("forms.reference.none", { collection: target.label })}
        renderInput={(parts) => (
          <TextField
            {...parts}
            label={hideLabel ? undefined : label}
            placeholder={field.placeholder ?? translate("forms.reference.search", { collection: target.label })}
            error={Boolean(fault)}
            helperText={under || undefined}
          />
        )}
      />
      {chosen && <OpenDocument target={target} id={chosen.id} title={chosen.title} />}
    </Stack>
  );
}

function OpenDocument({ target, id, title }: { target: Collection; id: string; title: string }) {
  const translate = useTranslate();
  const pathOf = useCreatePath();
  const label = translate("forms.reference.open", { title });
  return (
    <Tooltip title={label}>
      <IconButton
        component={Link}
        to={pathOf({ resource: target.name, type: "edit", id })}
        aria-label={label}
        size="small"
        sx={{ mt: "12px" }}
      >
        <OpenIcon fontSize="small" />
      </IconButton>
    </Tooltip>
  );
}
