import Box from "@mui/material/Box";
import CircularProgress from "@mui/material/CircularProgress";
import { useTranslate } from "react-admin";

/** What is shown until there is something to show. */
export function Splash() {
  const translate = useTranslate();
  return (
    <Box sx={{ display: "grid", placeItems: "center", minHeight: "60vh" }}>
      <CircularProgress aria-label={translate("shell.loading")} size={28} />
    </Box>
  );
}
