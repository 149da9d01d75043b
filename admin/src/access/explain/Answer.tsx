import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { useTranslate } from "react-admin";
import type { Explanation } from "../types";
import { Lines } from "./Lines";
import { VerdictChip } from "./VerdictChip";

/** What is decided, in words, and everything that it follows from. */
export function Answer({ explanation }: { explanation: Explanation }) {
  const translate = useTranslate();
  const { action, hidden, writable, verdict } = explanation;
  return (
    <Box sx={{ display: "grid", gap: 2, minWidth: 0 }}>
      <Box aria-live="polite" sx={{ display: "grid", gap: 1 }}>
        <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1.5, alignItems: "center" }}>
          <VerdictChip verdict={verdict} size="medium" />
          <Typography sx={{ overflowWrap: "anywhere" }}>
            <b>{explanation.actor.name}</b> · {translate(`access.action.${action}`)} · <b>{explanation.collection}</b>
          </Typography>
        </Box>
        <Typography color="textSecondary" sx={{ overflowWrap: "anywhere" }}>
          {reasonOf(explanation, translate)}
        </Typography>
      </Box>
      {explanation.disabled && <Alert severity="warning">{translate("access.explain.disabled")}</Alert>}
      {explanation.virtual && <Alert severity="info">{translate("access.explain.virtual")}</Alert>}
      <Lines explanation={explanation} />
      <Box component="dl" sx={{ m: 0, display: "grid", gap: 1, "& dd": { m: 0, overflowWrap: "anywhere" } }}>
        <Fact name={translate("access.explain.principals")} values={explanation.principals} />
        {action === "read" && verdict !== "refused" && (
          <Fact
            name={translate("access.explain.hidden")}
            values={hidden}
            none={translate("access.explain.nothing")}
            unknown={translate("access.explain.dependsOnDocument")}
          />
        )}
        {(action === "create" || action === "update") && verdict !== "refused" && (
          <Fact
            name={translate("access.explain.writable")}
            values={writable}
            none={translate("access.explain.nothing")}
          />
        )}
      </Box>
    </Box>
  );
}

type Translate = ReturnType<typeof useTranslate>;

/** The server's reason is in English and names a column too; here it is made of what the answer says. */
function reasonOf({ verdict, lines, action, collection, principals }: Explanation, translate: Translate): string {
  if (lines.some((line) => line.source.file === "(built in)")) return translate("access.reason.admin");
  if (lines.length === 0) {
    return translate("access.reason.noLine", {
      action: translate(`access.action.${action}`),
      collection,
      principals: principals.join(", "),
    });
  }
  return translate(`access.reason.${verdict}`);
}

function Fact(props: { name: string; values: string[] | null; none?: string; unknown?: string }) {
  const { name, values, none = "–", unknown = "–" } = props;
  return (
    <div>
      <Typography component="dt" variant="body2" color="textSecondary">
        {name}
      </Typography>
      <dd>{values === null ? unknown : values.length === 0 ? none : <code>{values.join(", ")}</code>}</dd>
    </div>
  );
}
