import { type Field, isObject } from "./fields";

/**
 * What stands in a form's inputs, which need not be a value yet: numbers and JSON are text, a choice is the place of its
 * option, and what is left out is undefined.
 */
export type Draft = string | boolean | undefined | Draft[] | { [name: string]: Draft };

/** What is wrong in a form before it was sent anywhere: keys of texts, by JSON pointer (RFC 6901). */
export type Faults = Record<string, "schema.required" | "schema.noNumber" | "schema.noInteger" | "schema.noJson">;

interface Reading {
  /** Undefined: to be left out. */
  value: unknown;
  faults: Faults;
}

/** Return the pointer of a member or item of what is at a pointer. */
export function step(pointer: string, name: string | number): string {
  return `${pointer}/${String(name).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** Return what a form shows at first. */
export function initialDraft(field: Field): Draft {
  if (field.default !== undefined) return draftOf(field, field.default);
  if (field.kind === "object") {
    return Object.fromEntries(field.members.map(({ name, field: member }) => [name, initialDraft(member)]));
  }
  if (field.kind === "array")
    return Array.from({ length: field.required ? field.min : 0 }, () => initialDraft(field.items));
  if (field.kind === "boolean") return field.required ? false : undefined;
  if (field.kind === "choice") return field.required && field.options.length === 1 ? "0" : "";
  return "";
}

/** Return what a form shows of a value. Whatever does not fit its input is shown as JSON, for the server to refuse. */
export function draftOf(field: Field, value: unknown): Draft {
  if (value === undefined) return initialDraft({ ...field, default: undefined });
  switch (field.kind) {
    case "text":
      return typeof value === "string"
        ? field.format === "date-time"
          ? localTime(value)
          : value
        : JSON.stringify(value);
    case "number":
      return typeof value === "number" ? String(value) : JSON.stringify(value);
    case "boolean":
      return typeof value === "boolean" ? value : undefined;
    case "choice": {
      const index = field.options.findIndex((option) => JSON.stringify(option.value) === JSON.stringify(value));
      return index < 0 ? "" : String(index);
    }
    case "array":
      return Array.isArray(value) ? value.map((item) => draftOf(field.items, item)) : [];
    case "object": {
      const given = isObject(value) ? value : {};
      return Object.fromEntries(field.members.map(({ name, field: member }) => [name, draftOf(member, given[name])]));
    }
    case "json":
      return JSON.stringify(value, null, 2);
    case "constant":
      return undefined;
  }
}

/** Tell whether a form can show all of a value, so that nothing is lost on the way from JSON to the form and back. */
export function holds(field: Field, value: unknown): boolean {
  const { value: back } = readDraft(field, draftOf(field, value));
  return JSON.stringify(sorted(back)) === JSON.stringify(sorted(value));
}

/** Return the value of what stands in a form. What is optional and empty is left out. */
export function readDraft(field: Field, draft: Draft, pointer = ""): Reading {
  switch (field.kind) {
    case "constant":
      return { value: field.value, faults: {} };
    case "boolean":
      return { value: typeof draft === "boolean" ? draft : undefined, faults: {} };
    case "choice": {
      const option = draft === "" ? undefined : field.options[Number(draft)];
      return option ? { value: option.value, faults: {} } : missing(field, pointer);
    }
    case "array":
      return readArray(field, Array.isArray(draft) ? draft : [], pointer);
    case "object":
      return readObject(field, isObject(draft) ? (draft as Record<string, Draft>) : null, pointer);
    default:
      return readText(field, typeof draft === "string" ? draft : "", pointer);
  }
}

function readText(field: Field, text: string, pointer: string): Reading {
  if (field.kind === "text") {
    if (text === "" && !field.required) return { value: undefined, faults: {} };
    // Only the server knows whether nothing is good enough for a text that has to be there.
    return { value: field.format === "date-time" ? instant(text) : text, faults: {} };
  }
  if (text.trim() === "") return missing(field, pointer);
  if (field.kind === "number") {
    const number = Number(text.trim().replace(",", "."));
    if (!Number.isFinite(number)) return { value: text, faults: { [pointer]: "schema.noNumber" } };
    const isWrong = field.integer && !Number.isSafeInteger(number);
    return { value: number, faults: isWrong ? { [pointer]: "schema.noInteger" } : {} };
  }
  try {
    return { value: JSON.parse(text), faults: {} };
  } catch {
    return { value: text, faults: { [pointer]: "schema.noJson" } };
  }
}

function readArray(field: Extract<Field, { kind: "array" }>, drafts: Draft[], pointer: string): Reading {
  if (drafts.length === 0 && !field.required) return { value: undefined, faults: {} };
  const items = drafts.map((draft, index) => readDraft(field.items, draft, step(pointer, index)));
  return { value: items.map((item) => item.value ?? null), faults: together(items) };
}

function readObject(
  field: Extract<Field, { kind: "object" }>,
  drafts: Record<string, Draft> | null,
  pointer: string,
): Reading {
  // An optional object in which nobody has written anything is left out; what its members require counts only then.
  const isUntouched = drafts === null || JSON.stringify(drafts) === JSON.stringify(blank(field));
  if (!field.required && isUntouched) return { value: undefined, faults: {} };
  const members = field.members.map(({ name, field: member }) => {
    return { name, ...readDraft(member, drafts?.[name], step(pointer, name)) };
  });
  const given = members.filter(({ value }) => value !== undefined);
  return { value: Object.fromEntries(given.map(({ name, value }) => [name, value])), faults: together(members) };
}

function blank(field: Extract<Field, { kind: "object" }>): Draft {
  return Object.fromEntries(field.members.map(({ name, field: member }) => [name, initialDraft(member)]));
}

function missing(field: Field, pointer: string): Reading {
  return { value: undefined, faults: field.required ? { [pointer]: "schema.required" } : {} };
}

function together(readings: { faults: Faults }[]): Faults {
  return Object.assign({}, ...readings.map(({ faults }) => faults));
}

/** Return an instant as an input of type `datetime-local` has it, in the time of whoever looks. */
function localTime(text: string): string {
  const moment = new Date(text);
  if (Number.isNaN(moment.getTime())) return text;
  const shifted = new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, moment.getSeconds() || moment.getMilliseconds() ? 23 : 16);
}

function instant(text: string): string {
  const moment = new Date(text);
  return Number.isNaN(moment.getTime()) ? text : moment.toISOString();
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}
