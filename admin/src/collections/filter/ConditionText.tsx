import { useTranslate } from "react-admin";
import { useTarget, useTitles } from "../../forms/inputs/useChoices";
import type { Field } from "../../server/description";
import { elementOf } from "../model/fields";
import type { Condition } from "../model/filter";
import { arityOf } from "../model/operators";
import { type Formats, useFormats } from "../values/formats";
import { optionLabel } from "../values/Value";

interface ConditionTextProps {
  condition: Condition;
  label: string;
  field: Field;
}

/** A condition as a sentence: "Status is one of Draft, Published". */
export function ConditionText({ condition, label, field }: ConditionTextProps) {
  const translate = useTranslate();
  const formats = useFormats();
  const values = valuesOf(condition);
  const element = elementOf(field);
  const titles = useTitles(useTarget(element.collection), element.type === "reference" ? values.map(String) : []);
  const shown = values.map((value) => titles.get(String(value)) ?? shownAs(value, element, formats, translate));
  const told = arityOf(condition.operator) === 2 ? shown.join(" – ") : shown.join(", ");
  return (
    <>
      {label} <i>{translate(operatorKey(condition, field))}</i> {told}
    </>
  );
}

/** Return the key of an operator's words: of dates, "greater" is "after". */
export function operatorKey({ operator }: Pick<Condition, "operator">, field: Field): string {
  const isDate = elementOf(field).type === "date" || elementOf(field).type === "datetime";
  const words = isDate && (operator === "gt" || operator === "lt") ? { gt: "after", lt: "before" }[operator] : operator;
  return `collections.operator.${words}`;
}

function valuesOf({ operator, value }: Condition): unknown[] {
  if (arityOf(operator) === 0) return [];
  return Array.isArray(value) ? value : [value];
}

function shownAs(value: unknown, field: Field, formats: Formats, translate: (key: string) => string): string {
  if (typeof value === "boolean") return translate(value ? "ra.boolean.true" : "ra.boolean.false");
  if (typeof value === "number") return formats.number(value);
  const isDay = field.type === "date" || /^\d{4}-\d{2}-\d{2}$/.test(String(value));
  if (isDay) return formats.date(value);
  if (field.type === "datetime") return formats.moment(value);
  return optionLabel(field, value);
}
