import Contrast from "@mui/icons-material/Contrast";
import DarkMode from "@mui/icons-material/DarkModeOutlined";
import LightMode from "@mui/icons-material/LightModeOutlined";
import { useStore, useTranslate } from "react-admin";
import { Choice } from "./Choice";

type Appearance = "light" | "dark" | "system";

const ICONS = { light: LightMode, dark: DarkMode, system: Contrast };
const APPEARANCES: Appearance[] = ["light", "dark", "system"];

/** Light, dark, or as the system has it: then nothing is stored. */
export function AppearanceButton() {
  const translate = useTranslate();
  const [stored, store] = useStore<"light" | "dark" | undefined>("theme");
  const value: Appearance = stored ?? "system";
  const Icon = ICONS[value];
  return (
    <Choice
      name={translate("shell.account.appearance")}
      icon={<Icon fontSize="small" />}
      value={value}
      options={APPEARANCES.map((one) => ({ value: one, label: translate(`shell.account.${one}`) }))}
      onChoose={(chosen) => store(chosen === "system" ? undefined : chosen)}
    />
  );
}
