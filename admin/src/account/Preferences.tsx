import Box from "@mui/material/Box";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import { useLocaleState, useStore, useTranslate } from "react-admin";
import { Section } from "../access/Section";
import { LANGUAGES } from "../text";

const APPEARANCES = ["system", "light", "dark"];

/** How this browser shows the page; nothing of it is stored on the server. */
export function Preferences() {
  const translate = useTranslate();
  const [locale, setLocale] = useLocaleState();
  const [theme, setTheme] = useStore<"light" | "dark" | undefined>("theme");
  const choose = (value: string) => setTheme(value === "light" || value === "dark" ? value : undefined);
  return (
    <Section title={translate("account.preferences")} help={translate("account.preferencesHelp")}>
      <Box sx={{ display: "grid", columnGap: 2, gridTemplateColumns: { xs: "minmax(0, 1fr)", sm: "1fr 1fr" } }}>
        <TextField
          select
          label={translate("shell.account.language")}
          value={locale}
          onChange={(event) => setLocale(event.target.value)}
        >
          {LANGUAGES.map((one) => (
            <MenuItem key={one.locale} value={one.locale} lang={one.locale}>
              {one.name}
            </MenuItem>
          ))}
        </TextField>
        <TextField
          select
          label={translate("shell.account.appearance")}
          value={theme ?? "system"}
          onChange={(event) => choose(event.target.value)}
        >
          {APPEARANCES.map((one) => (
            <MenuItem key={one} value={one}>
              {translate(`shell.account.${one}`)}
            </MenuItem>
          ))}
        </TextField>
      </Box>
    </Section>
  );
}
