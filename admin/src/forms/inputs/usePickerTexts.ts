import { useTranslate } from "react-admin";

/** Return what the buttons of a field with choices are called. */
export function usePickerTexts(): { openText: string; closeText: string; clearText: string; noOptionsText: string } {
  const translate = useTranslate();
  return {
    openText: translate("forms.picker.open"),
    closeText: translate("forms.picker.close"),
    clearText: translate("forms.picker.clear"),
    noOptionsText: translate("forms.picker.nothing"),
  };
}
