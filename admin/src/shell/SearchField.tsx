import Search from "@mui/icons-material/Search";
import InputAdornment from "@mui/material/InputAdornment";
import type { SxProps, Theme } from "@mui/material/styles";
import TextField from "@mui/material/TextField";

interface SearchFieldProps {
  label: string;
  value: string;
  onChange(text: string): void;
  sx?: SxProps<Theme>;
}

/** A field that narrows what a page lists, at each key. */
export function SearchField({ label, value, onChange, sx }: SearchFieldProps) {
  return (
    <TextField
      type="search"
      value={value}
      placeholder={label}
      onChange={(event) => onChange(event.target.value)}
      margin="none"
      sx={sx}
      slotProps={{
        htmlInput: { "aria-label": label, maxLength: 200 },
        input: {
          startAdornment: (
            <InputAdornment position="start">
              <Search fontSize="small" />
            </InputAdornment>
          ),
        },
      }}
    />
  );
}
