import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { useEffect, useState } from "react";
import { useTranslate } from "react-admin";
import { useConnection } from "../server/live";

/** A server that restarts is back before anybody has read a banner. */
const PATIENCE_MS = 2_500;

/** Says that the page gets no news, while that is so. */
export function ConnectionBanner() {
  const translate = useTranslate();
  const state = useConnection();
  const isAway = state === "lost" || state === "connecting";
  const [isLost, setLost] = useState(false);
  useEffect(() => {
    if (!isAway) return setLost(false);
    const timer = setTimeout(() => setLost(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [isAway]);
  const reload = (
    <Button color="inherit" size="small" onClick={() => location.reload()}>
      {translate("shell.connection.reload")}
    </Button>
  );
  return (
    <Box role="status">
      {isLost && (
        <Alert severity="warning" sx={{ borderRadius: 0, py: 0 }}>
          {translate("shell.connection.lost")}
        </Alert>
      )}
      {state === "ended" && (
        <Alert severity="warning" sx={{ borderRadius: 0, py: 0 }} action={reload}>
          {translate("shell.connection.ended")}
        </Alert>
      )}
    </Box>
  );
}
