import Box from "@mui/material/Box";
import { useTranslate } from "react-admin";
import { MONO } from "../../shell/theme";
import type { Snippet } from "../records";

interface SnippetViewProps {
  file: string;
  line: number;
  snippet: Snippet;
}

/** A few lines of the project's source, with the one that matters marked. */
export function SnippetView({ file, line, snippet }: SnippetViewProps) {
  const translate = useTranslate();
  return (
    <Box component="figure" sx={{ m: 0, border: 1, borderColor: "divider", borderRadius: 1, overflow: "hidden" }}>
      <Box
        component="figcaption"
        sx={{
          px: 1.5,
          py: 0.75,
          borderBottom: 1,
          borderColor: "divider",
          bgcolor: "action.hover",
          fontSize: "0.85rem",
        }}
      >
        {translate("hooks.failure.snippet", { file, line })}
      </Box>
      <Box
        component="pre"
        // Long lines scroll sideways in here, which has to be possible by keyboard.
        tabIndex={0}
        sx={{ m: 0, py: 0.75, overflowX: "auto", fontFamily: MONO, fontSize: "0.8rem", lineHeight: 1.6 }}
      >
        <Box component="code" sx={{ display: "block", width: "max-content", minWidth: "100%", fontSize: "inherit" }}>
          {snippet.lines
            .map((text, index) => ({ text, number: snippet.first + index }))
            .map(({ text, number }) => (
              <SourceLine key={number} number={number} text={text} isMarked={number === line} />
            ))}
        </Box>
      </Box>
    </Box>
  );
}

function SourceLine({ number, text, isMarked }: { number: number; text: string; isMarked: boolean }) {
  return (
    <Box
      component="span"
      aria-current={isMarked ? "true" : undefined}
      sx={{
        display: "block",
        pr: 1.5,
        borderLeft: 3,
        borderColor: isMarked ? "error.main" : "transparent",
        bgcolor: isMarked ? "action.selected" : undefined,
      }}
    >
      <Box
        component="span"
        sx={{
          display: "inline-block",
          minWidth: "4ch",
          pr: 1.5,
          textAlign: "right",
          color: "text.secondary",
          userSelect: "none",
        }}
      >
        {number}
      </Box>
      {text || " "}
      {"\n"}
    </Box>
  );
}
