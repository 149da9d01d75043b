import {
  FormControl,
  FormControlLabel,
  FormHelperText,
  FormLabel,
  Switch,
  ToggleButton,
  ToggleButtonGroup,
} from "@mui/material";
import { useTranslate } from "react-admin";
import type { InputProps } from "../page/scope";
import { useField, useUnder } from "./useField";

/** True or false; where neither may be said, a third choice says so. */
export function BooleanInput({ field, source }: InputProps) {
  const { value, change, id, fault, label } = useField(field, source);
  const under = useUnder(field, fault);
  const isTwofold = field.required || typeof field.default === "boolean";
  if (!isTwofold) return <ThreeWays field={field} source={source} />;
  return (
    <FormControl error={Boolean(fault)} fullWidth>
      <FormControlLabel
        label={label}
        control={
          <Switch
            id={id}
            checked={value === true}
            onChange={(_event, isOn) => change(isOn)}
            slotProps={{ input: { "aria-describedby": under ? `${id}-under` : undefined } }}
          />
        }
      />
      {under && <FormHelperText id={`${id}-under`}>{under}</FormHelperText>}
    </FormControl>
  );
}

function ThreeWays({ field, source }: InputProps) {
  const translate = useTranslate();
  const { value, change, id, fault, label } = useField(field, source);
  const under = useUnder(field, fault);
  const chosen = value === true ? "yes" : value === false ? "no" : "none";
  return (
    <FormControl error={Boolean(fault)} component="fieldset" sx={{ border: 0, p: 0, m: 0 }}>
      <FormLabel component="legend" sx={{ typography: "body2", mb: 0.5 }} id={`${id}-label`}>
        {label}
      </FormLabel>
      <ToggleButtonGroup
        id={id}
        exclusive
        size="small"
        value={chosen}
        aria-labelledby={`${id}-label`}
        onChange={(_event, next: string | null) => next && change(next === "none" ? null : next === "yes")}
      >
        {["yes", "no", "none"].map((choice) => (
          <ToggleButton key={choice} value={choice} sx={{ px: 2, textTransform: "none" }}>
            {translate(`forms.boolean.${choice}`)}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      {under && <FormHelperText>{under}</FormHelperText>}
    </FormControl>
  );
}
