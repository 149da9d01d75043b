import Alert from "@mui/material/Alert";
import AlertTitle from "@mui/material/AlertTitle";
import Box from "@mui/material/Box";
import { useTranslate } from "react-admin";
import type { RunError } from "../records";

/** What ended a run or its last attempt, and where in the user's own code. */
export function ErrorPanel({ error }: { error: RunError }) {
  const translate = useTranslate();
  return (
    <Alert
      severity="error"
      variant="outlined"
      sx={{ bgcolor: "background.paper", "& .MuiAlert-message": { minWidth: 0, flex: 1 } }}
    >
      <AlertTitle>{error.type}</AlertTitle>
      <Box sx={{ overflowWrap: "anywhere" }}>{error.message}</Box>
      {error.file && (
        <Box sx={{ mt: 0.5 }}>{translate("jobs.run.where", { file: error.file, line: error.line ?? 0 })}</Box>
      )}
      {error.traceback && (
        <Box component="details" open sx={{ mt: 1 }}>
          <summary>{translate("jobs.run.traceback")}</summary>
          <Box
            component="pre"
            tabIndex={0}
            sx={{ m: 0, mt: 1, maxHeight: "24rem", overflow: "auto", fontSize: "0.8rem", color: "text.primary" }}
          >
            {error.traceback}
          </Box>
        </Box>
      )}
    </Alert>
  );
}
