import { useTranslate } from "react-admin";
import { useDescription } from "../server/description";
import { PasswordField } from "../shell/PasswordField";

interface NewPasswordFieldProps {
  value: string;
  onChange: (password: string) => void;
  error?: string;
  label?: string;
  autoFocus?: boolean;
}

/** A new password. Its length is all that counts, and how much is asked for the server says. */
export function NewPasswordField({ value, onChange, error, label, autoFocus }: NewPasswordFieldProps) {
  const translate = useTranslate();
  const { min } = useDescription().limits.passwordLength;
  return (
    <PasswordField
      label={label ?? translate("access.password")}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      error={Boolean(error)}
      helperText={error ?? translate("access.passwordHelp", { min })}
      autoComplete="new-password"
      autoFocus={autoFocus}
    />
  );
}
