/** What is surely wrong with a form's values, said before the server is asked. The server is the judge. */

import type { Field } from "../../server/description";
import { isObject } from "./place";
import { isBlank } from "./same";

/** A sentence of `text/forms.ts` and what stands in it. */
export interface Fault {
  readonly key: string;
  readonly args?: Record<string, string | number>;
}

/** What is wrong, by JSON pointer. */
export type Faults = Record<string, Fault>;

const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const TEXTS: ReadonlySet<string> = new Set(["string", "text", "markdown", "richtext", "slug", "email", "url"]);

/** Return what is wrong with the fields of an object that stands at `pointer`. */
export function check(fields: readonly Field[], values: Record<string, unknown>, pointer = ""): Faults {
  const found: Faults = {};
  for (const field of fields) Object.assign(found, checkField(field, values[field.name], `${pointer}/${field.name}`));
  return found;
}

/** Return what is wrong with one value; of an object and a list also what is wrong inside. */
function checkField(field: Field, value: unknown, pointer: string): Faults {
  if (isMissing(field, value)) return isLeftOut(field) ? {} : { [pointer]: { key: "required" } };
  if (field.type === "object") return check(field.fields ?? [], isObject(value) ? value : {}, pointer);
  if (field.type === "array") return checkList(field, value, pointer);
  const fault = faultOf(field, value);
  return fault ? { [pointer]: fault } : {};
}

function isMissing(field: Field, value: unknown): boolean {
  if (field.type === "json") return value === undefined || value === null;
  if (field.type === "object") return isBlank(value) && !field.required;
  if (field.type === "array" || field.type === "multiselect") return value === undefined || value === null;
  return isBlank(value);
}

/** A value that may be missing: the server makes slugs and puts defaults. */
function isLeftOut(field: Field): boolean {
  return !field.required || (field.type === "slug" && Boolean(field.from));
}

function checkList(field: Field, value: unknown, pointer: string): Faults {
  if (!Array.isArray(value)) return { [pointer]: { key: "list" } };
  const size = sizeFault(field, value.length);
  const found: Faults = size ? { [pointer]: size } : {};
  const { items } = field;
  if (!items) return found;
  for (const [index, item] of value.entries()) {
    const here = `${pointer}/${index}`;
    Object.assign(
      found,
      isBlank(item) && items.type !== "json" ? { [here]: { key: "empty" } } : checkField(items, item, here),
    );
  }
  return found;
}

function faultOf(field: Field, value: unknown): Fault | null {
  if (TEXTS.has(field.type)) return typeof value === "string" ? textFault(field, value) : { key: "text" };
  if (field.type === "number" || field.type === "integer") return numberFault(field, value);
  if (field.type === "multiselect" && Array.isArray(value)) return sizeFault(field, value.length);
  return null;
}

function textFault(field: Field, value: string): Fault | null {
  const length = [...value].length;
  if (field.minLength && length < field.minLength) return { key: "minLength", args: { limit: field.minLength } };
  const limit = longest(field);
  if (limit && length > limit) return { key: "maxLength", args: { limit } };
  if (field.type === "slug" && !SLUG.test(value)) return { key: "slug" };
  if (field.type === "email" && !isEmail(value)) return { key: "email" };
  if (field.type === "url" && !isUrl(value)) return { key: "url" };
  if (field.pattern && matches(field.pattern, value) === false)
    return { key: "pattern", args: { pattern: field.pattern } };
  return null;
}

const LONGEST: Readonly<Record<string, number>> = { slug: 200, email: 254, url: 2048 };

/** Return how many characters a text may have, null for any number. */
export function longest(field: Field): number | null {
  const limit = Math.min(field.maxLength ?? Number.POSITIVE_INFINITY, LONGEST[field.type] ?? Number.POSITIVE_INFINITY);
  return Number.isFinite(limit) ? limit : null;
}

/** Tell whether a pattern is found; null where this browser does not understand it, and the server has to say. */
function matches(pattern: string, value: string): boolean | null {
  try {
    return new RegExp(pattern, "u").test(value);
  } catch {
    return null;
  }
}

function isEmail(value: string): boolean {
  const split = value.lastIndexOf("@");
  const domain = value.slice(split + 1).replace(/^\.+|\.+$/g, "");
  return split > 0 && domain.includes(".") && !/\s/.test(value);
}

/** Tell whether a text is an address that the server takes, and a link may lead to. */
export function isUrl(value: string): boolean {
  return /^https?:\/\/[^/?#\s]+[^\s]*$/i.test(value);
}

function numberFault(field: Field, value: unknown): Fault | null {
  if (typeof value !== "number" || !Number.isFinite(value)) return { key: field.type };
  if (field.type === "integer" && !Number.isInteger(value)) return { key: "integer" };
  const { min, max } = field;
  if (typeof min === "number" && value < min) return { key: "minimum", args: { limit: min } };
  if (typeof max === "number" && value > max) return { key: "maximum", args: { limit: max } };
  return null;
}

function sizeFault({ min, max, required }: Field, size: number): Fault | null {
  if (size === 0 && !required) return null;
  if (typeof min === "number" && size < min) return { key: "minItems", args: { limit: min } };
  if (typeof max === "number" && size > max) return { key: "maxItems", args: { limit: max } };
  return null;
}
