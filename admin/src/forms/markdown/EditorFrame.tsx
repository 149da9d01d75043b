import { Box } from "@mui/material";
import type { ReactNode } from "react";

/** The border around a text and what stands above it. */
export function EditorFrame({ isWrong, children }: { isWrong: boolean; children: ReactNode }) {
  return (
    <Box
      sx={{
        border: 1,
        borderColor: isWrong ? "error.main" : "divider",
        borderRadius: 1,
        bgcolor: "background.paper",
        overflow: "hidden",
      }}
    >
      {children}
    </Box>
  );
}
