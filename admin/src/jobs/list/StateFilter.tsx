import Box from "@mui/material/Box";
import ToggleButton from "@mui/material/ToggleButton";
import ToggleButtonGroup from "@mui/material/ToggleButtonGroup";
import { useTranslate } from "react-admin";
import { useCounts } from "../queries";
import { type RunState, STATES } from "../records";

interface StateFilterProps {
  job: string | null;
  value: RunState | null;
  onChange: (state: RunState | null) => void;
}

const PILL = { border: 1, borderColor: "divider", borderRadius: 2, m: 0, px: 1.25, py: 0.5 };

/** Which state runs shall have, and how many have it. */
export function StateFilter({ job, value, onChange }: StateFilterProps) {
  const translate = useTranslate();
  const counts = useCounts(job);
  return (
    <ToggleButtonGroup
      exclusive
      size="small"
      value={value ?? "any"}
      aria-label={translate("jobs.filter.state")}
      onChange={(_, state: RunState | "any" | null) => state && onChange(state === "any" ? null : state)}
      sx={{
        flexWrap: "wrap",
        gap: 0.75,
        "& > button.MuiToggleButton-root": PILL,
      }}
    >
      <ToggleButton value="any">{translate("jobs.state.any")}</ToggleButton>
      {STATES.map((state) => (
        <ToggleButton key={state} value={state}>
          {translate(`jobs.state.${state}`)}
          {counts !== undefined && (
            <Box component="span" sx={{ ml: 0.75, fontWeight: 400, fontVariantNumeric: "tabular-nums" }}>
              {counts[state]}
            </Box>
          )}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
