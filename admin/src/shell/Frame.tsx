import Box from "@mui/material/Box";
import type { ReactNode } from "react";

/** A narrow column in the middle of an otherwise empty page. */
export function Frame({ children }: { children: ReactNode }) {
  return <Box sx={{ maxWidth: 560, mx: "auto", mt: "18vh", px: 2 }}>{children}</Box>;
}
