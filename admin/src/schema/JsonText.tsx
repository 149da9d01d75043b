import TextField from "@mui/material/TextField";

interface JsonTextProps {
  label: string;
  help: string | null;
  value: string;
  error: string | null;
  disabled: boolean;
  required?: boolean;
  onChange: (text: string) => void;
}

/** An input for JSON as text. */
export function JsonText({ label, help, value, error, disabled, required = false, onChange }: JsonTextProps) {
  return (
    <TextField
      label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      multiline
      minRows={4}
      maxRows={20}
      fullWidth
      required={required}
      disabled={disabled}
      error={error !== null}
      helperText={error ?? help}
      slotProps={{
        htmlInput: { spellCheck: false, autoCapitalize: "off", autoCorrect: "off" },
        input: { sx: { fontFamily: "monospace", fontSize: "0.875rem" } },
      }}
    />
  );
}
