import { Box } from "@mui/material";
import type { Field } from "../../server/description";
import { FieldInput } from "./FieldInput";

/** Fields beside and below each other: those of half a width share a line where there is room for two. */
export function FieldGrid({ fields, prefix = "" }: { fields: readonly Field[]; prefix?: string }) {
  return (
    <Box sx={{ display: "grid", gridTemplateColumns: "repeat(2, minmax(0, 1fr))", columnGap: 2, rowGap: 1.5 }}>
      {fields.map((field) => (
        <Box
          key={field.name}
          sx={{ gridColumn: field.width === "half" ? { xs: "1 / -1", sm: "auto" } : "1 / -1", minWidth: 0 }}
        >
          <FieldInput field={field} source={`${prefix}${field.name}`} />
        </Box>
      ))}
    </Box>
  );
}
