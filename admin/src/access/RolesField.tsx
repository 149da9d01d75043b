import Checkbox from "@mui/material/Checkbox";
import FormControl from "@mui/material/FormControl";
import FormControlLabel from "@mui/material/FormControlLabel";
import FormGroup from "@mui/material/FormGroup";
import FormHelperText from "@mui/material/FormHelperText";
import FormLabel from "@mui/material/FormLabel";
import { useTranslate } from "react-admin";
import { useDescription } from "../server/description";

interface RolesFieldProps {
  value: string[];
  onChange: (roles: string[]) => void;
  error?: string;
  help?: string;
  /** Roles that cannot be taken away here. */
  kept?: string[];
}

/** The roles of the project to choose from, and those that somebody has although the YAML no longer names them. */
export function RolesField({ value, onChange, error, help, kept = [] }: RolesFieldProps) {
  const translate = useTranslate();
  const { roles } = useDescription();
  const shown = [...roles, ...value.filter((role) => !roles.includes(role))];
  const toggle = (role: string, isOn: boolean) =>
    onChange(shown.filter((each) => (each === role ? isOn : value.includes(each))));
  return (
    <FormControl component="fieldset" error={Boolean(error)} margin="dense">
      <FormLabel component="legend" sx={{ fontSize: "0.85rem" }}>
        {translate("access.roles")}
      </FormLabel>
      <FormGroup row sx={{ columnGap: 1 }}>
        {shown.map((role) => (
          <FormControlLabel
            key={role}
            control={
              <Checkbox
                size="small"
                checked={value.includes(role)}
                disabled={kept.includes(role)}
                onChange={(_, isOn) => toggle(role, isOn)}
              />
            }
            label={role}
          />
        ))}
      </FormGroup>
      {(error || help) && <FormHelperText sx={{ mx: 0 }}>{error || help}</FormHelperText>}
    </FormControl>
  );
}
