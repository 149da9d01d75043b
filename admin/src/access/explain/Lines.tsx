import Box from "@mui/material/Box";
import Chip from "@mui/material/Chip";
import Typography from "@mui/material/Typography";
import { useTranslate } from "react-admin";
import type { Action, Explanation, Line } from "../types";
import { yamlOf } from "./entry";

/** The permission entries that apply, in the order of the YAML; the one that decides is marked. */
export function Lines({ explanation }: { explanation: Explanation }) {
  const translate = useTranslate();
  if (explanation.lines.length === 0) return null;
  return (
    <Box component="ul" aria-label={translate("access.explain.lines")} sx={{ m: 0, p: 0, display: "grid", gap: 1 }}>
      {explanation.lines.map((line, index) => (
        <LineItem
          key={`${line.principal} ${line.source.file} ${line.source.line}`}
          line={line}
          action={explanation.action}
          isDeciding={index === explanation.deciding}
        />
      ))}
    </Box>
  );
}

function LineItem({ line, action, isDeciding }: { line: Line; action: Action; isDeciding: boolean }) {
  const translate = useTranslate();
  const match = line.matches === null ? "open" : line.matches ? "yes" : "no";
  return (
    <Box
      component="li"
      sx={{
        listStyle: "none",
        minWidth: 0,
        border: 1,
        borderColor: isDeciding ? "success.main" : "divider",
        borderRadius: 1,
        px: 1.5,
        py: 1,
        display: "grid",
        gap: 0.5,
      }}
    >
      <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1, alignItems: "center" }}>
        <Place line={line} />
        {isDeciding && <Chip size="small" color="success" label={translate("access.explain.decides")} />}
        <Typography variant="body2" color={match === "yes" ? "success" : "textSecondary"}>
          {translate(`access.match.${match}`)}
        </Typography>
      </Box>
      <Box component="code" sx={{ overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}>
        {yamlOf(action, line)}
      </Box>
    </Box>
  );
}

/** Where a line stands, to be broken behind the folder rather than in a name. */
export function Place({ line }: { line: Pick<Line, "source"> }) {
  const [folder, file] = placeOf(line).split(/(?<=\/)(?=[^/]*$)/);
  return (
    <Box component="code" sx={{ color: "text.secondary", overflowWrap: "anywhere" }}>
      {folder}
      {file && <wbr />}
      {file}
    </Box>
  );
}

/** A place in the YAML, as editors take it: `collections/articles.yml:19`. */
export function placeOf({ source }: Pick<Line, "source">): string {
  return source.line === null ? source.file : `${source.file}:${source.line}`;
}
