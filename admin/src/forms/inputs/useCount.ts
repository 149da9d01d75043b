import { useTranslate } from "react-admin";

/** From which part of its limit on a text is counted; before that the number only disturbs. */
const FROM = 0.6;

/** Return what to say of a text's length where it comes near its limit. */
export function useCount(text: string, limit: number | null): string | null {
  const translate = useTranslate();
  if (!limit || text.length < limit * FROM) return null;
  return translate("forms.count", { count: [...text].length, limit });
}
