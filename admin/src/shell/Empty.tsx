import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";

interface EmptyProps {
  title: ReactNode;
  help?: ReactNode;
  icon?: ReactNode;
  action?: ReactNode;
}

/** What is shown where there is nothing: that it is so, why, and what to do. */
export function Empty({ title, help, icon, action }: EmptyProps) {
  return (
    <Box sx={{ display: "grid", justifyItems: "center", gap: 1, px: 2, py: 6, textAlign: "center" }}>
      {icon && <Box sx={{ color: "text.secondary", "& svg": { fontSize: 40 } }}>{icon}</Box>}
      <Typography variant="h3" component="p">
        {title}
      </Typography>
      {help && (
        <Typography color="textSecondary" sx={{ maxWidth: "52ch" }}>
          {help}
        </Typography>
      )}
      {action && <Box sx={{ mt: 1 }}>{action}</Box>}
    </Box>
  );
}
