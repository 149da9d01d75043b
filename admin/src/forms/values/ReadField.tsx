import { Box, FormHelperText, Typography } from "@mui/material";
import { useField, useUnder } from "../inputs/useField";
import type { InputProps } from "../page/scope";
import { ReadValue } from "./ReadValue";

/** A field that may not be written: its label and its value. */
export function ReadField({ field, source, hideLabel }: InputProps) {
  const { value, fault, id } = useField(field, source);
  const under = useUnder(field, fault);
  return (
    <Box id={id} tabIndex={fault ? -1 : undefined}>
      {!hideLabel && (
        <Typography variant="caption" component="div" color={fault ? "error" : "textSecondary"}>
          {field.label}
        </Typography>
      )}
      <Box sx={{ py: 0.5, overflowWrap: "anywhere", typography: "body2" }}>
        <ReadValue field={field} value={value} />
      </Box>
      {under && <FormHelperText error={Boolean(fault)}>{under}</FormHelperText>}
    </Box>
  );
}
