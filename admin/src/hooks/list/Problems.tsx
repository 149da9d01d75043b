import CopyIcon from "@mui/icons-material/ContentCopy";
import Alert from "@mui/material/Alert";
import AlertTitle from "@mui/material/AlertTitle";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { useTranslate } from "react-admin";
import { useCopy } from "../../shell/useCopy";
import { When } from "../../shell/When";
import type { HooksAnswer } from "../records";
import { placeText, problemText } from "../report";

/** What keeps the project's files from being used. It comes and goes by itself, and says so. */
export function Problems({ answer }: { answer: HooksAnswer }) {
  const translate = useTranslate();
  const copy = useCopy();
  const { problems, edition, failedAt } = answer;
  if (problems.length === 0) return null;
  const title = translate("hooks.problems.title", { smart_count: problems.length });
  return (
    <Alert
      role="region"
      aria-label={title}
      severity="error"
      variant="outlined"
      sx={{ bgcolor: "background.paper", "& .MuiAlert-message": { minWidth: 0, flex: 1 } }}
    >
      {/* The title alone is read aloud: the time below changes every second. */}
      <AlertTitle role="alert">{title}</AlertTitle>
      <Typography variant="body2">
        {failedAt && (
          <>
            {translate("hooks.problems.since")} <When at={failedAt} />.{" "}
          </>
        )}
        {translate("hooks.problems.goesOn", { number: edition })}
      </Typography>
      <Box component="ul" sx={{ listStyle: "none", m: 0, mt: 1.5, p: 0, display: "grid", gap: 1.5 }}>
        {problems.map((problem) => (
          <Box component="li" key={problemText(problem)} sx={{ overflowWrap: "anywhere" }}>
            <Box sx={{ fontWeight: 600 }}>
              <code>{placeText(problem.file, problem.line)}</code>
              {problem.path && (
                <Box component="span" sx={{ fontWeight: 400, color: "text.secondary" }}>
                  {" "}
                  · {problem.path}
                </Box>
              )}
            </Box>
            <Box sx={{ whiteSpace: "pre-wrap" }}>{problem.message}</Box>
            <Box sx={{ color: "text.secondary" }}>{problem.remedy}</Box>
          </Box>
        ))}
      </Box>
      <Button
        size="small"
        color="inherit"
        startIcon={<CopyIcon />}
        onClick={() => void copy(problems.map(problemText).join("\n"))}
        sx={{ mt: 1 }}
      >
        {translate("hooks.problems.copy")}
      </Button>
    </Alert>
  );
}
