/** What the server says of a value, in the user's language: its sentences are known. */

import type { Fault } from "./check";

/** The sentences of this page that say the same, in the server's language, with `%{limit}` where a number stands. */
type Sentences = Readonly<Record<string, string>>;

/** Return the fault that a sentence tells of, null where it is another one. */
export function faultTold(message: string, sentences: Sentences): Fault | null {
  const wanted = normal(message);
  for (const [key, sentence] of Object.entries(sentences)) {
    const [, name] = /%\{(\w+)\}/.exec(sentence) ?? [];
    if (name === undefined) {
      if (normal(sentence) === wanted) return { key };
      continue;
    }
    const [before = "", after = ""] = normal(sentence).split(`%{${name.toLowerCase()}}`);
    if (wanted.startsWith(before) && wanted.endsWith(after) && wanted.length > before.length + after.length) {
      const end = message.length - (message.endsWith(".") ? 1 : 0) - after.length;
      return { key, args: { [name]: message.slice(before.length, end) } };
    }
  }
  return null;
}

function normal(text: string): string {
  return text.toLowerCase().replace(/\.$/, "");
}
