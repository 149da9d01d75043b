import { Box } from "@mui/material";
import { useMemo } from "react";
import { diff, excerpts } from "../model/diff";

/** A text with what was taken out and put in since another. Long parts that are the same are left out. */
export function Difference({ before, after }: { before: string; after: string }) {
  const pieces = useMemo(() => excerpts(diff(before, after)), [before, after]);
  return (
    <Box sx={{ whiteSpace: "pre-wrap", typography: "body2", "& del, & ins": { borderRadius: 0.5, px: "1px" } }}>
      {pieces.map(({ kind, text }, index) => {
        const key = `${index}-${kind}`;
        if (kind === "removed") {
          return (
            <Box component="del" key={key} sx={{ color: "error.main" }}>
              {text}
            </Box>
          );
        }
        if (kind === "added") {
          return (
            <Box
              component="ins"
              key={key}
              sx={{ color: "success.main", fontWeight: 600, textDecorationThickness: "2px" }}
            >
              {text}
            </Box>
          );
        }
        return <span key={key}>{text}</span>;
      })}
    </Box>
  );
}
