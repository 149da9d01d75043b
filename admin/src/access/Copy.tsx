import Check from "@mui/icons-material/Check";
import ContentCopy from "@mui/icons-material/ContentCopy";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { useEffect, useState } from "react";
import { useNotify, useTranslate } from "react-admin";

const TOLD_MS = 2000;

/** A text that is to be taken elsewhere, with a button that copies it. */
export function Copy({ text, label }: { text: string; label: string }) {
  return (
    <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1, alignItems: "flex-start" }}>
      <Box
        component="code"
        sx={{
          flex: "1 1 240px",
          minWidth: 0,
          px: 1.25,
          py: 1,
          borderRadius: 1,
          bgcolor: "action.hover",
          overflowWrap: "anywhere",
          whiteSpace: "pre-wrap",
          userSelect: "all",
        }}
      >
        {text}
      </Box>
      <CopyButton text={text} label={label} />
    </Box>
  );
}

function CopyButton({ text, label }: { text: string; label: string }) {
  const translate = useTranslate();
  const notify = useNotify();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), TOLD_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      // Over plain http, but for this machine's own address, there is no clipboard.
      notify(translate("access.copyFailed"), { type: "warning" });
    }
  };
  return (
    <Button
      variant="outlined"
      onClick={() => void copy()}
      startIcon={copied ? <Check /> : <ContentCopy />}
      aria-label={label}
      sx={{ minHeight: 38 }}
    >
      <span aria-live="polite">{translate(copied ? "access.copied" : "access.copy")}</span>
    </Button>
  );
}
