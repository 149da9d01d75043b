import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import icon from "./icon.svg";

/** The project's name, beside the sign of what runs it. */
export function Brand({ label }: { label: string }) {
  return (
    <Box sx={{ display: "flex", alignItems: "center", gap: 1.25, minWidth: 0 }}>
      <Box component="img" src={icon} alt="" sx={{ width: 30, height: 30, flex: "none" }} />
      <Box sx={{ minWidth: 0 }}>
        <Typography noWrap sx={{ fontWeight: 700, fontSize: "1.02rem", lineHeight: 1.2, letterSpacing: "-0.01em" }}>
          {label}
        </Typography>
        <Typography variant="caption" color="textSecondary" sx={{ display: "block", lineHeight: 1.2 }}>
          Hookstream
        </Typography>
      </Box>
    </Box>
  );
}
