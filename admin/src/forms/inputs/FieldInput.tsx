import { type ComponentType, lazy } from "react";
import type { FieldType } from "../../server/description";
import { FileInput } from "../files/FileInput";
import { FieldFrame } from "../live/FieldFrame";
import { isWritable } from "../model/initial";
import { type InputProps, useFormScope } from "../page/scope";
import { ReadField } from "../values/ReadField";
import { ArrayInput } from "./ArrayInput";
import { BooleanInput } from "./BooleanInput";
import { DateInput, DateTimeInput } from "./DateInput";
import { GeoInput } from "./GeoInput";
import { JsonInput } from "./JsonInput";
import { LateInput } from "./LateInput";
import { NumberInput } from "./NumberInput";
import { ObjectInput } from "./ObjectInput";
import { ReferenceInput } from "./ReferenceInput";
import { MultiSelectInput, SelectInput } from "./SelectInput";
import { SlugInput } from "./SlugInput";
import { LongTextInput, TextInput } from "./TextInput";

const MarkdownInput = lazy(() => import("../markdown/MarkdownInput"));
const RichTextInput = lazy(() => import("../richtext/RichTextInput"));

const INPUTS: Readonly<Record<FieldType, ComponentType<InputProps>>> = {
  string: TextInput,
  email: TextInput,
  url: TextInput,
  text: LongTextInput,
  markdown: MarkdownInput,
  richtext: RichTextInput,
  slug: SlugInput,
  number: NumberInput,
  integer: NumberInput,
  boolean: BooleanInput,
  date: DateInput,
  datetime: DateTimeInput,
  select: SelectInput,
  multiselect: MultiSelectInput,
  object: ObjectInput,
  array: ArrayInput,
  reference: ReferenceInput,
  json: JsonInput,
  geo: GeoInput,
  file: FileInput,
};

/** The input of a field by its type and `widget`, or its value as text where it may not be written. */
export function FieldInput({ field, source, hideLabel }: InputProps) {
  const { isReadOnly, mode } = useFormScope();
  const isFixed = isReadOnly || !isWritable(field, mode);
  const input = { field, source, hideLabel };
  const Input = field.widget === "multiline" && field.type === "string" ? LongTextInput : INPUTS[field.type];
  return (
    <FieldFrame field={field} source={source}>
      {isFixed && field.type !== "object" ? (
        <ReadField {...input} />
      ) : Input === MarkdownInput || Input === RichTextInput ? (
        <LateInput Input={Input} {...input} />
      ) : (
        <Input {...input} />
      )}
    </FieldFrame>
  );
}
