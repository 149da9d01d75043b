/** What a part of a JSON Schema becomes in a form. */
export type JsonSchema = Readonly<Record<string, unknown>>;

interface Common {
  label: string;
  help: string | null;
  required: boolean;
  /** The schema's `default`; undefined where there is none. */
  default: unknown;
}

export interface Option {
  value: unknown;
  label: string;
}

export interface Member {
  name: string;
  field: Field;
}

export type TextFormat = "plain" | "date" | "date-time" | "email" | "uri";

export type Field = Common &
  (
    | { kind: "text"; format: TextFormat; multiline: boolean; minLength: number | null; maxLength: number | null }
    | { kind: "number"; integer: boolean; min: number | null; max: number | null }
    | { kind: "boolean" }
    | { kind: "choice"; options: Option[] }
    | { kind: "constant"; value: unknown }
    | { kind: "array"; items: Field; min: number; max: number | null }
    | { kind: "object"; members: Member[] }
    | { kind: "json" }
  );

/** A text that may be longer than this gets several lines. */
const LONG_TEXT = 200;

/** What says nothing of a value, or only what the server looks at. */
const REMARKS = ["title", "description", "default", "examples", "deprecated", "$comment", "$schema", "$id"];

/** The keywords that a form understands, by type; a part of a schema that has others is edited as JSON. */
const UNDERSTOOD: Record<string, string[]> = {
  string: ["minLength", "maxLength", "pattern", "format"],
  number: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  integer: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  boolean: [],
  array: ["items", "minItems", "maxItems", "uniqueItems"],
  object: ["properties", "required", "additionalProperties", "minProperties", "maxProperties"],
};

/** Return what a schema becomes in a form; `json`, a text, where it says more than a form can show. */
export function fieldOf(schema: unknown, name = "", required = true): Field {
  const rules = isObject(schema) ? schema : {};
  const common: Common = {
    label: textOf(rules.title) ?? name,
    help: textOf(rules.description),
    required,
    default: rules.default,
  };
  return { ...common, ...shapeOf(rules, required) } as Field;
}

function shapeOf(schema: JsonSchema, required: boolean): object {
  const options = optionsOf(schema);
  if (options?.length === 1 && "const" in schema && required) return { kind: "constant", value: schema.const };
  if (options) return { kind: "choice", options };
  const type = schema.type;
  if (typeof type !== "string" || !has(UNDERSTOOD, type) || !isUnderstood(schema, UNDERSTOOD[type] ?? [])) {
    return { kind: "json" };
  }
  if (type === "string") return textShape(schema);
  if (type === "boolean") return { kind: "boolean" };
  if (type === "array") return arrayShape(schema);
  if (type === "object") return objectShape(schema);
  const min = numberOf(schema.minimum) ?? numberOf(schema.exclusiveMinimum);
  return {
    kind: "number",
    integer: type === "integer",
    min,
    max: numberOf(schema.maximum) ?? numberOf(schema.exclusiveMaximum),
  };
}

function textShape(schema: JsonSchema): object {
  const maxLength = numberOf(schema.maxLength);
  const format = (["date", "date-time", "email", "uri"] as const).find((one) => one === schema.format) ?? "plain";
  const multiline = format === "plain" && maxLength !== null && maxLength > LONG_TEXT;
  return { kind: "text", format, multiline, minLength: numberOf(schema.minLength), maxLength };
}

function arrayShape(schema: JsonSchema): object {
  if (!isObject(schema.items)) return { kind: "json" };
  const items = fieldOf(schema.items, "", true);
  return { kind: "array", items, min: numberOf(schema.minItems) ?? 0, max: numberOf(schema.maxItems) };
}

function objectShape(schema: JsonSchema): object {
  const { properties, additionalProperties } = schema;
  if (!isObject(properties) || isObject(additionalProperties) || Object.keys(properties).length === 0) {
    return { kind: "json" };
  }
  const required = Array.isArray(schema.required) ? schema.required : [];
  const isWhole = required.every((name) => typeof name === "string" && has(properties, name));
  if (!isWhole) return { kind: "json" };
  const members = Object.entries(properties).map(([name, part]) => ({
    name,
    field: fieldOf(part, name, required.includes(name)),
  }));
  return { kind: "object", members };
}

/** Return the values to choose from: of `enum`, of `const`, or of a `oneOf` of constants with titles. */
function optionsOf(schema: JsonSchema): Option[] | null {
  if ("const" in schema && isUnderstood(schema, ["const"]))
    return [{ value: schema.const, label: shown(schema.const) }];
  if (Array.isArray(schema.enum) && schema.enum.length > 0 && isUnderstood(schema, ["enum"])) {
    return schema.enum.map((value) => ({ value, label: shown(value) }));
  }
  const { oneOf } = schema;
  if (!Array.isArray(oneOf) || !isUnderstood(schema, ["oneOf"])) return null;
  const options: Option[] = [];
  for (const one of oneOf) {
    if (!isObject(one) || !("const" in one) || !isUnderstood(one, ["const"])) return null;
    options.push({ value: one.const, label: textOf(one.title) ?? shown(one.const) });
  }
  return options.length > 0 ? options : null;
}

function isUnderstood(schema: JsonSchema, keywords: string[]): boolean {
  return Object.keys(schema).every((key) => key === "type" || REMARKS.includes(key) || keywords.includes(key));
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function has(object: object, name: string): boolean {
  return Object.hasOwn(object, name);
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value.trim() !== "" ? value.trim() : null;
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

function shown(value: unknown): string {
  return typeof value === "string" && value !== "" ? value : JSON.stringify(value);
}
