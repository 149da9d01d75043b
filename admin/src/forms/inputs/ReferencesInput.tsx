import { Autocomplete, Chip, TextField } from "@mui/material";
import { useState } from "react";
import { useCreatePath, useTranslate } from "react-admin";
import { Link } from "react-router-dom";
import type { Collection } from "../../server/description";
import { useFormScope } from "../page/scope";
import { ChipsInput, type ChipsProps } from "./ChipsInput";
import { RowsButton } from "./RowsButton";
import { type Choice, useChoices, useChosen, useTarget } from "./useChoices";
import { useField, useUnder } from "./useField";
import { usePickerTexts } from "./usePickerTexts";

/** Several documents of another collection, found by typing; each a chip that leads to it. */
export function ReferencesInput(props: ChipsProps) {
  const target = useTarget(props.items.collection);
  return target ? <Pickers {...props} target={target} /> : <ChipsInput {...props} />;
}

function Pickers({ field, source, hideLabel, onRows, target }: ChipsProps & { target: Collection }) {
  const translate = useTranslate();
  const pathOf = useCreatePath();
  const texts = usePickerTexts();
  const { value, change, id, fault, label, pointer } = useField(field, source);
  const { faults } = useFormScope();
  const [typed, setTyped] = useState("");
  const [isOpen, setOpen] = useState(false);
  const { choices, isLoading } = useChoices(target, typed, isOpen);
  const ids = Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
  const chosen = useChosen(target, ids);
  const wrong = chosen.flatMap(({ title }, index) => {
    const said = faults[`${pointer}/${index}`];
    return said ? [`${title}: ${said}`] : [];
  });
  const problem = fault ?? (wrong.length > 0 ? wrong.join("; ") : undefined);
  const under = useUnder(field, problem);
  return (
    <Autocomplete<Choice, true>
      {...texts}
      multiple
      id={id}
      open={isOpen}
      onOpen={() => setOpen(true)}
      onClose={() => setOpen(false)}
      options={choices}
      value={chosen}
      onChange={(_event, next) => change(next.map((choice) => choice.id))}
      onInputChange={(_event, text, reason) => setTyped(reason === "input" ? text : "")}
      filterOptions={(all) => all}
      filterSelectedOptions
      getOptionLabel={(choice) => choice.title}
      getOptionKey={(choice) => choice.id}
      isOptionEqualToValue={(one, other) => one.id === other.id}
      loading={isLoading}
      loadingText={translate("forms.reference.searching")}
      noOptionsText={translate("forms.reference.none", { collection: target.label })}
      renderValue={(shown, getItemProps) =>
        shown.map((choice, index) => {
          const { key, ...rest } = getItemProps({ index });
          const to = pathOf({ resource: target.name, type: "edit", id: choice.id });
          const isWrong = faults[`${pointer}/${index}`] !== undefined;
          return (
            <Chip
              key={key}
              // Not a button, which must not hold the link.
              role="group"
              size="small"
              color={isWrong ? "error" : "default"}
              label={
                <Link to={to} tabIndex={-1} className="open">
                  {choice.title}
                </Link>
              }
              sx={{
                "& .open": { color: "inherit", textDecoration: "none", "&:hover": { textDecoration: "underline" } },
              }}
              {...rest}
            />
          );
        })
      }
      renderInput={(parts) => (
        <TextField
          {...parts}
          label={hideLabel ? undefined : label}
          placeholder={
            chosen.length === 0
              ? (field.placeholder ?? translate("forms.reference.search", { collection: target.label }))
              : undefined
          }
          error={Boolean(problem)}
          helperText={
            under || chosen.length > 1 ? (
              <>
                {under}
                {chosen.length > 1 && <RowsButton onClick={onRows} />}
              </>
            ) : undefined
          }
        />
      )}
    />
  );
}
