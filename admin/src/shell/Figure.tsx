import Box from "@mui/material/Box";
import type { ReactNode } from "react";

interface FigureProps {
  name: string;
  children: ReactNode;
}

/** A number that stands out in a list of such, a `dl`. */
export function Figure({ name, children }: FigureProps) {
  return (
    <div>
      <Box component="dt" sx={{ color: "text.secondary", fontSize: "0.8rem" }}>
        {name}
      </Box>
      <Box component="dd" sx={{ m: 0, fontSize: "1.15rem", fontWeight: 600, fontVariantNumeric: "tabular-nums" }}>
        {children}
      </Box>
    </div>
  );
}
