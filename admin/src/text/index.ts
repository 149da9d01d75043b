import polyglotI18nProvider from "ra-i18n-polyglot";
import english from "ra-language-english";
import type { I18nProvider, TranslationMessages } from "react-admin";
import * as access from "./access";
import * as account from "./account";
import * as channels from "./channels";
import * as collections from "./collections";
import * as files from "./files";
import * as forms from "./forms";
import { german } from "./german";
import * as hooks from "./hooks";
import * as jobs from "./jobs";
import * as schema from "./schema";
import * as shell from "./shell";
import * as system from "./system";

/** The texts of each area, under its name: `channels.title`. */
export const AREAS = { access, account, channels, collections, files, forms, hooks, jobs, schema, shell, system };

export const LANGUAGES = [
  { locale: "en", name: "English" },
  { locale: "de", name: "Deutsch" },
];

type Locale = "en" | "de";

/** Return all texts of a language. */
export function messagesIn(locale: string): TranslationMessages {
  const language: Locale = locale === "de" ? "de" : "en";
  const own = Object.fromEntries(Object.entries(AREAS).map(([area, texts]) => [area, texts[language]]));
  return { ...(language === "de" ? german : english), ...own };
}

/** Return the language that fits a browser's best: the first of its languages that there is. */
export function preferred(languages: readonly string[]): Locale {
  const known = languages.map((one) => one.slice(0, 2).toLowerCase()).find((one) => one === "de" || one === "en");
  return known === "de" ? "de" : "en";
}

export function i18nProviderOf(locale: string): I18nProvider {
  return polyglotI18nProvider(messagesIn, locale, LANGUAGES, { allowMissing: true });
}
