import CopyIcon from "@mui/icons-material/ContentCopy";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import Link from "@mui/material/Link";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useTranslate } from "react-admin";
import { Link as RouterLink } from "react-router-dom";
import { useCopy } from "../../shell/useCopy";
import { When } from "../../shell/When";
import { type HookFailure, pageOf } from "../records";
import { reportOf } from "../report";
import { SnippetView } from "./SnippetView";
import { TracebackView } from "./TracebackView";

interface FailureViewProps {
  hook: string;
  failure: HookFailure;
  /** Whether to name the function, with the way to its page. */
  hasLink?: boolean;
}

/** One failure: what happened, when, at which line, and the traceback. */
export function FailureView({ hook, failure, hasLink = false }: FailureViewProps) {
  const translate = useTranslate();
  const copy = useCopy();
  const { file, line, snippet, traceback } = failure;
  return (
    <Stack spacing={1.5} sx={{ minWidth: 0 }}>
      {hasLink && (
        <Link component={RouterLink} to={pageOf(hook)} sx={{ fontWeight: 600, overflowWrap: "anywhere" }}>
          <code>{hook}</code>
        </Link>
      )}
      <Typography sx={{ color: "error.main", fontWeight: 600, overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}>
        {failure.error}
      </Typography>
      <Box
        sx={{
          display: "flex",
          flexWrap: "wrap",
          gap: 1,
          alignItems: "center",
          color: "text.secondary",
          fontSize: "0.85rem",
        }}
      >
        <Chip size="small" variant="outlined" label={translate(`hooks.failure.${failure.kind}`)} />
        <When at={failure.at} />
        <span>{translate("hooks.failure.incident", { incident: failure.incident })}</span>
        {failure.request && <span>{translate("hooks.failure.request", { id: failure.request })}</span>}
        {failure.run && <span>{translate("hooks.failure.run", { id: failure.run })}</span>}
        <Button size="small" startIcon={<CopyIcon />} onClick={() => void copy(reportOf(hook, failure))}>
          {translate("hooks.failure.copy")}
        </Button>
      </Box>
      {file && snippet && <SnippetView file={file} line={line} snippet={snippet} />}
      {!file && <Typography color="textSecondary">{translate("hooks.failure.noPlace")}</Typography>}
      {traceback && <TracebackView traceback={traceback} file={file} line={line} />}
    </Stack>
  );
}
