import OpenIcon from "@mui/icons-material/OpenInNew";
import { IconButton, InputAdornment, TextField, Tooltip } from "@mui/material";
import { useTranslate } from "react-admin";
import { isUrl, longest } from "../model/check";
import type { InputProps } from "../page/scope";
import { useCount } from "./useCount";
import { useField, useUnder } from "./useField";

const KINDS: Readonly<Record<string, "email" | "url" | "text">> = { email: "email", url: "url" };

/** One line of text: string, email, url. */
export function TextInput({ field, source, hideLabel }: InputProps) {
  const { value, change, id, fault, label } = useField(field, source);
  const text = typeof value === "string" ? value : "";
  const under = useUnder(field, fault, useCount(text, longest(field)));
  return (
    <TextField
      id={id}
      label={hideLabel ? undefined : label}
      type={KINDS[field.type] ?? "text"}
      value={text}
      onChange={(event) => change(event.target.value)}
      error={Boolean(fault)}
      helperText={under || undefined}
      placeholder={field.placeholder ?? undefined}
      fullWidth
      slotProps={{
        htmlInput: {
          "aria-label": hideLabel ? field.label : undefined,
          "aria-required": field.required || undefined,
          autoComplete: "off",
          spellCheck: field.type === "string",
        },
        input: { endAdornment: field.type === "url" && isUrl(text) ? <OpenLink url={text} /> : undefined },
      }}
    />
  );
}

/** Several lines of plain text, as high as they are. */
export function LongTextInput({ field, source, hideLabel }: InputProps) {
  const { value, change, id, fault, label } = useField(field, source);
  const text = typeof value === "string" ? value : "";
  const under = useUnder(field, fault, useCount(text, longest(field)));
  return (
    <TextField
      id={id}
      label={hideLabel ? undefined : label}
      value={text}
      onChange={(event) => change(event.target.value)}
      error={Boolean(fault)}
      helperText={under || undefined}
      placeholder={field.placeholder ?? undefined}
      multiline
      minRows={3}
      maxRows={24}
      fullWidth
      slotProps={{
        htmlInput: { "aria-label": hideLabel ? field.label : undefined, "aria-required": field.required || undefined },
      }}
    />
  );
}

function OpenLink({ url }: { url: string }) {
  const translate = useTranslate();
  const title = translate("forms.openLink");
  return (
    <InputAdornment position="end">
      <Tooltip title={title}>
        <IconButton href={url} target="_blank" rel="noopener noreferrer" aria-label={title} edge="end" size="small">
          <OpenIcon fontSize="small" />
        </IconButton>
      </Tooltip>
    </InputAdornment>
  );
}
