import WarningIcon from "@mui/icons-material/WarningAmberRounded";
import Box from "@mui/material/Box";
import Tooltip from "@mui/material/Tooltip";
import { useTranslate } from "react-admin";

/** How many messages readers have missed, marked where it is any. */
export function Lost({ drops, resets }: { drops: number; resets: number }) {
  const translate = useTranslate();
  if (drops === 0 && resets === 0) return <span>0</span>;
  const told = [
    drops > 0 && translate("channels.drops", { smart_count: drops }),
    resets > 0 && translate("channels.resets", { smart_count: resets }),
  ].filter(Boolean);
  const isBad = drops > 0;
  return (
    <Tooltip title={told.join("; ")}>
      <Box
        component="span"
        aria-label={told.join("; ")}
        role="img"
        sx={{
          display: "inline-flex",
          alignItems: "center",
          gap: 0.5,
          color: isBad ? "warning.main" : "text.secondary",
        }}
      >
        {isBad && <WarningIcon fontSize="inherit" />}
        <span>{isBad ? drops : `(${resets})`}</span>
      </Box>
    </Tooltip>
  );
}
