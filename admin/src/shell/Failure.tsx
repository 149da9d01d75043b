import Alert from "@mui/material/Alert";
import AlertTitle from "@mui/material/AlertTitle";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { useTranslate } from "react-admin";
import { isProblem } from "../server/problem";
import { useTextOf } from "./useProblem";

interface FailureProps {
  error: unknown;
  /** What to do to try again; without it there is no button. */
  retry?: () => void;
}

/** Tell of an error: what happened, what to do about it, and by what the server's log knows it. */
export function Failure({ error, retry }: FailureProps) {
  const translate = useTranslate();
  const textOf = useTextOf();
  const known = isProblem(error) && error.body.instance ? error : null;
  const others = isProblem(error) ? Object.entries(error.errors) : [];
  return (
    <Alert
      severity="error"
      variant="outlined"
      action={
        retry && (
          <Button color="inherit" size="small" onClick={retry} sx={{ whiteSpace: "nowrap" }}>
            {translate("shell.failure.retry")}
          </Button>
        )
      }
    >
      <AlertTitle>{translate("shell.failure.title")}</AlertTitle>
      {textOf(error)}
      {others.map(([pointer, message]) => (
        <Typography key={pointer} variant="body2">
          <code>{pointer}</code> {message}
        </Typography>
      ))}
      {known && (
        <Typography variant="caption" component="p" color="textSecondary" sx={{ mt: 1, overflowWrap: "anywhere" }}>
          {translate("shell.failure.request", { id: known.body.instance, code: known.code })}
        </Typography>
      )}
    </Alert>
  );
}
