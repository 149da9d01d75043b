import Translate from "@mui/icons-material/Translate";
import { useEffect } from "react";
import { useLocaleState, useTranslate } from "react-admin";
import { LANGUAGES } from "../text";
import { Choice } from "./Choice";

export function LanguageButton() {
  const translate = useTranslate();
  const [locale, setLocale] = useLocaleState();
  useEffect(() => {
    document.documentElement.lang = locale;
  }, [locale]);
  const options = LANGUAGES.map((one) => ({ value: one.locale, label: one.name, lang: one.locale }));
  return (
    <Choice
      name={translate("shell.account.language")}
      icon={<Translate fontSize="small" />}
      value={locale}
      options={options}
      onChoose={setLocale}
    />
  );
}
