import Visibility from "@mui/icons-material/Visibility";
import VisibilityOff from "@mui/icons-material/VisibilityOff";
import IconButton from "@mui/material/IconButton";
import InputAdornment from "@mui/material/InputAdornment";
import TextField, { type TextFieldProps } from "@mui/material/TextField";
import { useState } from "react";
import { useTranslate } from "react-admin";

/** A field for a password, which can be shown. */
export function PasswordField(props: TextFieldProps) {
  const translate = useTranslate();
  const [isShown, setShown] = useState(false);
  const name = translate(isShown ? "shell.signIn.hide" : "shell.signIn.show");
  const button = (
    <InputAdornment position="end">
      <IconButton aria-label={name} aria-pressed={isShown} edge="end" size="small" onClick={() => setShown(!isShown)}>
        {isShown ? <VisibilityOff fontSize="small" /> : <Visibility fontSize="small" />}
      </IconButton>
    </InputAdornment>
  );
  return (
    <TextField
      {...props}
      type={isShown ? "text" : "password"}
      slotProps={{ htmlInput: { maxLength: 1024, required: true }, input: { endAdornment: button } }}
    />
  );
}
