export type { JsonSchema } from "./fields";
export { SchemaForm } from "./SchemaForm";
export { type SchemaFormState, useSchemaForm } from "./useSchemaForm";
