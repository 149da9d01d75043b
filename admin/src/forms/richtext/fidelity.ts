import { generateHTML, generateJSON } from "@tiptap/core";
import { inert } from "../markdown/inert";
import { EXTENSIONS } from "./extensions";

/** Tell whether a text comes out of the visual editor with every element and attribute that went in. */
export function losesNothing(written: string): boolean {
  const html = inert(written);
  if (html.trim() === "") return true;
  const after = generateHTML(generateJSON(html, EXTENSIONS), EXTENSIONS);
  return outline(html) === outline(after);
}

const ALIASES: Readonly<Record<string, string>> = { B: "STRONG", I: "EM", DEL: "S", STRIKE: "S" };

/** Return the elements of a text with their attributes, sorted: what is only written otherwise is the same. */
function outline(html: string): string {
  const { body } = new DOMParser().parseFromString(html, "text/html");
  // The editor puts paragraphs into items and around bare text, which changes nothing that is read.
  const elements = [...body.querySelectorAll("*")].filter(({ tagName }) => tagName !== "P");
  const told = elements.map((element) => {
    const attributes = [...element.attributes].filter(({ name }) => name !== "target" && name !== "rel");
    return [
      ALIASES[element.tagName] ?? element.tagName,
      ...attributes.map(({ name, value }) => `${name}=${value}`).sort(),
    ].join(" ");
  });
  return told.sort().join("\n");
}
