import { Alert, AlertTitle } from "@mui/material";
import { useTranslate } from "react-admin";
import { Failure } from "../../shell/Failure";
import type { FormFaults } from "./useFaults";

/** What keeps a form from being saved: how much is wrong, and what of it has no input that could say it. */
export function Faults({ faults, error }: { faults: FormFaults; error: unknown }) {
  const translate = useTranslate();
  const { others } = faults;
  const count = Object.keys(faults.faults).length + others.length;
  if (count > 0) {
    return (
      <Alert severity="error" variant="outlined" tabIndex={-1} data-faults sx={{ "&:focus": { outline: "none" } }}>
        <AlertTitle sx={{ mb: others.length > 0 ? undefined : 0 }}>
          {translate("forms.faults.title", { smart_count: count })}
        </AlertTitle>
        {others.map(({ pointer, message }) => (
          <div key={pointer}>
            {pointer && <code>{pointer}</code>} {message}
          </div>
        ))}
      </Alert>
    );
  }
  return error ? (
    <div data-faults tabIndex={-1}>
      <Failure error={error} />
    </div>
  ) : null;
}
