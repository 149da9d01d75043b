import AddIcon from "@mui/icons-material/Add";
import RemoveIcon from "@mui/icons-material/DeleteOutlined";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import FormHelperText from "@mui/material/FormHelperText";
import IconButton from "@mui/material/IconButton";
import Stack from "@mui/material/Stack";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { type ComponentType, useEffect, useRef } from "react";
import { useTranslate } from "react-admin";
import { type Draft, initialDraft, step } from "./drafts";
import type { Field } from "./fields";
import type { SchemaFieldProps } from "./props";

interface SchemaListProps extends SchemaFieldProps<Extract<Field, { kind: "array" }>> {
  /** What shows one item; passed in, for an item may be a list itself. */
  Item: ComponentType<SchemaFieldProps>;
}

/** The items of an array, each with its input, to be added and removed. */
export function SchemaList(props: SchemaListProps) {
  const { Item, field, draft, pointer, errors, disabled, onChange } = props;
  const translate = useTranslate();
  const drafts: Draft[] = Array.isArray(draft) ? draft : [];
  const note = errors[pointer] ?? field.help;
  const add = useRef<HTMLButtonElement>(null);
  const isLastGone = useRef(false);
  useEffect(() => {
    // The button that removed the last item is gone; go on from the one that adds another.
    if (isLastGone.current) add.current?.focus();
    isLastGone.current = false;
  });
  const remove = (at: number) => {
    isLastGone.current = at === drafts.length - 1;
    onChange(drafts.filter((_, place) => place !== at));
  };
  const change = (at: number, changed: Draft) => onChange(drafts.map((one, index) => (index === at ? changed : one)));
  return (
    <Box
      component="fieldset"
      sx={{ border: 1, borderColor: "divider", borderRadius: 1, px: 2, pb: 1, m: 0, minWidth: 0 }}
    >
      <Typography component="legend" variant="caption" color="textSecondary" sx={{ px: 0.5 }}>
        {field.label}
        {field.required && " *"}
      </Typography>
      {note && <FormHelperText error={errors[pointer] !== undefined}>{note}</FormHelperText>}
      <Stack spacing={1} sx={{ mt: 1 }}>
        {drafts.length === 0 && (
          <Typography variant="body2" color="textSecondary">
            {translate("schema.empty")}
          </Typography>
        )}
        {drafts.map((item, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an item is its place; nothing else tells items apart
          <Stack key={index} direction="row" spacing={1} sx={{ alignItems: "flex-start" }}>
            <Box sx={{ flex: 1, minWidth: 0 }}>
              <Item
                field={{ ...field.items, label: field.items.label || String(index + 1) }}
                draft={item}
                pointer={step(pointer, index)}
                errors={errors}
                disabled={disabled}
                onChange={(changed) => change(index, changed)}
              />
            </Box>
            <Tooltip title={translate("schema.remove", { number: index + 1, label: field.label })}>
              <IconButton
                aria-label={translate("schema.remove", { number: index + 1, label: field.label })}
                disabled={disabled}
                onClick={() => remove(index)}
              >
                <RemoveIcon />
              </IconButton>
            </Tooltip>
          </Stack>
        ))}
      </Stack>
      <Button
        ref={add}
        size="small"
        startIcon={<AddIcon />}
        aria-label={translate("schema.addTo", { label: field.label })}
        disabled={disabled || (field.max !== null && drafts.length >= field.max)}
        onClick={() => onChange([...drafts, initialDraft(field.items)])}
        sx={{ mt: 1 }}
      >
        {translate("schema.add")}
      </Button>
    </Box>
  );
}
