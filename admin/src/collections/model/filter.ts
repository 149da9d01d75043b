import type { Field } from "../../server/description";
import { dayOf, endOfDay, startOfDay } from "./days";
import { isMany } from "./fields";
import { arityOf, type Operator, operatorsOf } from "./operators";

export type Json = Record<string, unknown>;
export type Join = "all" | "any";

/** One line of the filter builder. `value` is one value, a pair, a list or nothing: see `arityOf`. */
export interface Condition {
  path: string;
  operator: Operator;
  value?: unknown;
}

export interface Group {
  join: Join;
  parts: Condition[];
}

/** What a list is narrowed to: conditions, and groups of conditions one level deep. */
export interface Conditions {
  join: Join;
  parts: (Condition | Group)[];
}

export const NOTHING: Conditions = { join: "all", parts: [] };

export type FieldAt = (path: string) => Field | undefined;

export function isGroup(part: Condition | Group): part is Group {
  return "parts" in part;
}

/** Tell whether a condition says enough to be asked. */
export function isComplete({ operator, value }: Condition): boolean {
  const arity = arityOf(operator);
  if (arity === 0) return true;
  if (arity === 1) return isValue(value);
  if (!Array.isArray(value) || value.length === 0) return false;
  return arity === "list" || (value.length === 2 && value.every(isValue));
}

function isValue(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "" && !Array.isArray(value);
}

/** Return conditions in the server's query language; those that are not complete are left out. */
export function toQuery({ join, parts }: Conditions, fieldAt: FieldAt): Json {
  const queries = parts.flatMap((part) => {
    if (isGroup(part)) {
      const inner = toQuery(part, fieldAt);
      return Object.keys(inner).length > 0 ? [inner] : [];
    }
    return isComplete(part) ? [conditionQuery(part, fieldAt(part.path))] : [];
  });
  if (queries.length === 0) return {};
  return { [join === "all" ? "$and" : "$or"]: queries };
}

function conditionQuery({ path, operator, value }: Condition, field?: Field): Json {
  const pair = value as [unknown, unknown];
  switch (operator) {
    case "contains":
      return { [path]: pattern(escaped(String(value))) };
    case "begins":
      return { [path]: pattern(`^${escaped(String(value))}`) };
    case "lacks":
      return { [path]: { $not: pattern(escaped(String(value))) } };
    case "between":
      return { [path]: { $gte: pair[0], $lte: pair[1] } };
    case "on":
      return field?.type === "datetime"
        ? { [path]: { $gte: startOfDay(String(value)), $lt: endOfDay(String(value)) } }
        : { [path]: { $eq: value } };
    case "any":
      return { [path]: { $in: value } };
    case "none":
      return { [path]: { $nin: value } };
    case "empty":
      return { [path]: { $in: emptyValues(field) } };
    case "filled":
      return { [path]: { $nin: emptyValues(field) } };
    default:
      return { [path]: { [`$${operator}`]: value } };
  }
}

/** What counts as empty: nothing, and a text or a list without anything in it. */
function emptyValues(field?: Field): unknown[] {
  if (field && isMany(field)) return [null, []];
  return field && operatorsOf(field).includes("contains") ? [null, ""] : [null];
}

function pattern(source: string): Json {
  return { $regex: source, $options: "i" };
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/**
 * Return the conditions that a query stands for, as far as the builder can show it; null for anything else.
 *
 * What `toQuery` makes comes back as it was. So do plain forms, as links have them: `{"status": "draft"}`.
 */
export function fromQuery(query: unknown, fieldAt: FieldAt): Conditions | null {
  if (!isObject(query)) return null;
  const keys = Object.keys(query);
  const [only] = keys;
  if (keys.length === 1 && (only === "$and" || only === "$or")) {
    const parts = list(query[only]).map((part) => partOf(part, fieldAt));
    return parts.includes(null) ? null : { join: only === "$and" ? "all" : "any", parts: parts as Conditions["parts"] };
  }
  const parts = keys.map((path) => conditionOf(path, query[path], fieldAt(path)));
  return parts.includes(null) ? null : { join: "all", parts: parts as Condition[] };
}

function partOf(query: unknown, fieldAt: FieldAt): Condition | Group | null {
  const inner = fromQuery(query, fieldAt);
  if (inner === null || inner.parts.length === 0 || inner.parts.some(isGroup)) return null;
  const conditions = inner.parts as Condition[];
  const isPlain = isObject(query) && !("$and" in query || "$or" in query);
  const [first] = conditions;
  return isPlain && conditions.length === 1 && first ? first : { join: inner.join, parts: conditions };
}

function conditionOf(path: string, told: unknown, field?: Field): Condition | null {
  if (path.startsWith("$")) return null;
  const read = isObject(told) ? readOperators(told, field) : { operator: "eq" as const, value: told };
  if (read === null || (read.operator !== "empty" && read.value === null)) return null;
  return fitted({ path, ...read }, field);
}

type Read = { operator: Operator; value?: unknown } | null;

function readOperators(told: Json, field?: Field): Read {
  const keys = Object.keys(told).sort().join();
  const { $gte, $lte, $lt, $in, $nin, $not } = told;
  if (keys === "$gte,$lte") return { operator: "between", value: [$gte, $lte] };
  if (keys === "$gte,$lt") return readDay(String($gte), String($lt));
  if (keys === "$options,$regex") return readPattern(told);
  if (keys === "$not") return isObject($not) ? negated(readPattern($not)) : null;
  if (keys === "$in") return isEmptiness($in, field) ? { operator: "empty" } : { operator: "any", value: $in };
  if (keys === "$nin") return isEmptiness($nin, field) ? { operator: "filled" } : { operator: "none", value: $nin };
  if (keys === "$all") return { operator: "all", value: told.$all };
  const simple = /^\$(eq|ne|gt|gte|lt|lte)$/.exec(keys);
  return simple ? { operator: simple[1] as Operator, value: told[keys] } : null;
}

function readDay(start: string, end: string): Read {
  const day = dayOf(start);
  return day !== null && startOfDay(day) === start && endOfDay(day) === end ? { operator: "on", value: day } : null;
}

function readPattern({ $regex, $options }: Json): Read {
  if (typeof $regex !== "string" || $options !== "i") return null;
  const source = $regex.startsWith("^") ? $regex.slice(1) : $regex;
  const plain = source.replace(/\\([\\^$.*+?()[\]{}|])/g, "$1");
  return escaped(plain) === source ? { operator: source === $regex ? "contains" : "begins", value: plain } : null;
}

function negated(read: Read): Read {
  return read?.operator === "contains" ? { ...read, operator: "lacks" } : null;
}

function isEmptiness(values: unknown, field?: Field): boolean {
  return JSON.stringify(values) === JSON.stringify(emptyValues(field)) || JSON.stringify(values) === "[null]";
}

/** Say the same with an operator that the field has. */
function fitted(condition: Condition, field?: Field): Condition | null {
  if (!field) return null;
  const known = operatorsOf(field);
  const { path, operator, value } = condition;
  if (known.includes(operator)) return condition;
  if (operator === "eq" && known.includes("any")) return { path, operator: "any", value: [value] };
  if (operator === "ne" && known.includes("none")) return { path, operator: "none", value: [value] };
  if (operator === "eq" && known.includes("on") && field.type === "date") return { path, operator: "on", value };
  return null;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [undefined];
}
