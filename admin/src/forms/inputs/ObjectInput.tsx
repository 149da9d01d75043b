import { Box, FormHelperText, Typography } from "@mui/material";
import type { InputProps } from "../page/scope";
import { FieldGrid } from "./FieldGrid";
import { labelOf, useField } from "./useField";

/** The members of an object, in a frame of their own. */
export function ObjectInput({ field, source, hideLabel }: InputProps) {
  const { fault, id } = useField(field, source);
  return (
    <Box
      component="fieldset"
      aria-describedby={field.help ? `${id}-help` : undefined}
      sx={{
        m: 0,
        p: 2,
        pt: hideLabel ? 2 : 1,
        border: 1,
        borderColor: fault ? "error.main" : "divider",
        borderRadius: 1,
        minWidth: 0,
      }}
    >
      <Typography
        component="legend"
        variant="subtitle2"
        sx={
          hideLabel
            ? { position: "absolute", width: "1px", height: "1px", overflow: "hidden", clipPath: "inset(50%)" }
            : { px: 0.5 }
        }
      >
        {labelOf(field)}
      </Typography>
      {field.help && (
        <FormHelperText id={`${id}-help`} sx={{ mt: 0, mb: 1 }}>
          {field.help}
        </FormHelperText>
      )}
      {fault && (
        <FormHelperText error sx={{ mt: 0, mb: 1 }}>
          {fault}
        </FormHelperText>
      )}
      <FieldGrid fields={field.fields ?? []} prefix={`${source}.`} />
    </Box>
  );
}
