import type { Field, FieldType } from "../../server/description";
import { elementOf, isMany } from "./fields";

/** What a condition may say of a field. Which values each takes: `arityOf`. */
export type Operator =
  | "contains"
  | "lacks"
  | "begins"
  | "eq"
  | "ne"
  | "gt"
  | "gte"
  | "lt"
  | "lte"
  | "between"
  | "on"
  | "any"
  | "none"
  | "all"
  | "empty"
  | "filled";

const TEXT: Operator[] = ["contains", "lacks", "begins", "eq", "ne", "empty", "filled"];
const NUMBER: Operator[] = ["eq", "ne", "gt", "gte", "lt", "lte", "between", "empty", "filled"];
const DATE: Operator[] = ["on", "lt", "gt", "between", "empty", "filled"];
const CHOICE: Operator[] = ["any", "none", "empty", "filled"];
const PRESENCE: Operator[] = ["empty", "filled"];

const BY_TYPE: Partial<Record<FieldType, Operator[]>> = {
  number: NUMBER,
  integer: NUMBER,
  boolean: ["eq", "empty", "filled"],
  date: DATE,
  datetime: DATE,
  select: CHOICE,
  reference: CHOICE,
  json: PRESENCE,
  object: PRESENCE,
  file: PRESENCE,
  geo: PRESENCE,
};

/** Return the operators that fit a field, the likeliest first. */
export function operatorsOf(field: Field): Operator[] {
  if (!isMany(field)) return BY_TYPE[field.type] ?? TEXT;
  const element = elementOf(field);
  return BY_TYPE[element.type] === PRESENCE ? PRESENCE : ["any", "all", "none", "empty", "filled"];
}

/** Return how many values an operator takes: none, one, two, or a list. */
export function arityOf(operator: Operator): 0 | 1 | 2 | "list" {
  if (operator === "empty" || operator === "filled") return 0;
  if (operator === "between") return 2;
  return operator === "any" || operator === "none" || operator === "all" ? "list" : 1;
}
