import Clear from "@mui/icons-material/Clear";
import Search from "@mui/icons-material/Search";
import IconButton from "@mui/material/IconButton";
import InputAdornment from "@mui/material/InputAdornment";
import TextField from "@mui/material/TextField";
import { type RefObject, useEffect, useRef, useState } from "react";
import { useTranslate } from "react-admin";

const PAUSE_MS = 300;

interface SearchBoxProps {
  label: string;
  text: string;
  onChange(text: string): void;
  inputRef: RefObject<HTMLInputElement | null>;
}

/** Full-text search: asked when the typing pauses, at once with Enter; Escape clears. */
export function SearchBox({ label, text, onChange, inputRef }: SearchBoxProps) {
  const translate = useTranslate();
  const [typed, setTyped] = useState(text);
  const latest = useRef(onChange);
  const sent = useRef(text);
  useEffect(() => {
    latest.current = onChange;
  });
  // What was typed since it was asked for stays.
  useEffect(() => {
    if (text === sent.current) return;
    sent.current = text;
    setTyped(text);
  }, [text]);
  const ask = (words: string) => {
    if (words === sent.current) return;
    sent.current = words;
    latest.current(words);
  };
  const settled = useRef(ask);
  useEffect(() => {
    settled.current = ask;
  });
  useEffect(() => {
    const timer = setTimeout(() => settled.current(typed.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const clear = () => {
    setTyped("");
    ask("");
  };
  return (
    <TextField
      type="search"
      value={typed}
      placeholder={label}
      onChange={(event) => setTyped(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === "Enter") ask(typed.trim());
        if (event.key === "Escape" && typed) clear();
      }}
      margin="none"
      inputRef={inputRef}
      sx={{ flex: "1 1 220px", maxWidth: 420, "& input::-webkit-search-cancel-button": { display: "none" } }}
      slotProps={{
        htmlInput: { "aria-label": label, "aria-keyshortcuts": "/", maxLength: 200 },
        input: {
          startAdornment: (
            <InputAdornment position="start">
              <Search fontSize="small" />
            </InputAdornment>
          ),
          endAdornment: typed && (
            <InputAdornment position="end">
              <IconButton size="small" edge="end" onClick={clear} aria-label={translate("ra.action.clear_input_value")}>
                <Clear fontSize="small" />
              </IconButton>
            </InputAdornment>
          ),
        },
      }}
    />
  );
}
