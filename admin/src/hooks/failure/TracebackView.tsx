import Box from "@mui/material/Box";
import { useTranslate } from "react-admin";
import { MONO } from "../../shell/theme";
import { linesOf } from "../traceback";

interface TracebackViewProps {
  traceback: string;
  file: string | null;
  line: number;
}

/** A traceback, with the frame in the project's own code marked. */
export function TracebackView({ traceback, file, line }: TracebackViewProps) {
  const translate = useTranslate();
  return (
    <Box
      component="details"
      open
      sx={{ "& summary": { cursor: "pointer", color: "text.secondary", fontSize: "0.85rem" } }}
    >
      <summary>{translate("hooks.failure.traceback")}</summary>
      <Box
        component="pre"
        tabIndex={0}
        sx={{
          m: 0,
          mt: 0.5,
          py: 0.75,
          border: 1,
          borderColor: "divider",
          borderRadius: 1,
          overflowX: "auto",
          fontFamily: MONO,
          fontSize: "0.8rem",
          lineHeight: 1.6,
        }}
      >
        <Box component="code" sx={{ display: "block", width: "max-content", minWidth: "100%", fontSize: "inherit" }}>
          {linesOf(traceback, file, line).map(({ text, isOwn }, index) => (
            <Box
              component="span"
              // biome-ignore lint/suspicious/noArrayIndexKey: lines repeat, and their order never changes
              key={index}
              data-own={isOwn || undefined}
              sx={{
                display: "block",
                px: 1.5,
                borderLeft: 3,
                borderColor: isOwn ? "error.main" : "transparent",
                bgcolor: isOwn ? "action.selected" : undefined,
                fontWeight: isOwn ? 600 : 400,
              }}
            >
              {text || " "}
              {"\n"}
            </Box>
          ))}
        </Box>
      </Box>
    </Box>
  );
}
