import { Box, Button, TextField } from "@mui/material";
import { useTranslate } from "react-admin";
import { MONO } from "../../shell/theme";
import { parse, print, type Unreadable } from "../model/json";
import type { InputProps } from "../page/scope";
import { useField, useUnder } from "./useField";
import { useTyped } from "./useTyped";

/** Any JSON, as text. What cannot be read is told at once with its line, and is not saved. */
export function JsonInput({ field, source, hideLabel }: InputProps) {
  const translate = useTranslate();
  const { value, change, id, fault, label, pointer } = useField(field, source);
  const { typed, type, forget } = useTyped<string>(value, pointer);
  const text = typed ?? print(value);
  const { unreadable } = parse(text);
  const tell = ({ line, mistake }: Unreadable) =>
    translate("forms.json.line", { line, mistake: translate(`forms.json.${mistake}`) });
  const said = unreadable && tell(unreadable);
  const under = useUnder(field, said ?? fault);

  const write = (next: string) => {
    const parsed = parse(next);
    if (parsed.unreadable) {
      type(next, value, tell(parsed.unreadable));
    } else {
      type(next, parsed.value, null);
      change(parsed.value);
    }
  };
  return (
    <Box>
      <TextField
        id={id}
        label={hideLabel ? undefined : label}
        value={text}
        onChange={(event) => write(event.target.value)}
        error={Boolean(said ?? fault)}
        helperText={under || undefined}
        multiline
        minRows={4}
        maxRows={28}
        fullWidth
        slotProps={{
          htmlInput: {
            "aria-label": hideLabel ? field.label : undefined,
            spellCheck: false,
            autoCapitalize: "none",
            wrap: "off",
          },
          input: { sx: { fontFamily: MONO, fontSize: "0.85rem", lineHeight: 1.5, overflowX: "auto" } },
        }}
      />
      <Button size="small" disabled={unreadable !== undefined || text === ""} onClick={() => forget()}>
        {translate("forms.json.format")}
      </Button>
    </Box>
  );
}
