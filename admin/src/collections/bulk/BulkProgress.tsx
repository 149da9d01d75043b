import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import LinearProgress from "@mui/material/LinearProgress";
import Typography from "@mui/material/Typography";
import { useTranslate } from "react-admin";
import { useTitles } from "../../forms/inputs/useChoices";
import type { Collection } from "../../server/description";
import { Failure } from "../../shell/Failure";
import type { Refusal } from "../model/bulk";
import type { Bulk } from "./useBulk";

/** How far it is, and in the end what was refused and why. */
export function BulkProgress({ collection, bulk }: { collection: Collection; bulk: Bulk }) {
  const translate = useTranslate();
  const { progress, isRunning, error } = bulk;
  if (progress === null) return <>{error !== null && <Failure error={error} />}</>;
  const { done, refused, total, waiting } = progress;
  const percent = total === 0 ? 100 : (100 * (done + refused.length)) / total;
  const words = { done, total, smart_count: done };
  return (
    <Box sx={{ display: "grid", gap: 1.5 }}>
      {isRunning && (
        <LinearProgress
          variant="determinate"
          value={percent}
          aria-label={translate("collections.bulk.progress", words)}
        />
      )}
      <Typography role="status">
        {waiting === null
          ? translate(isRunning ? "collections.bulk.progress" : "collections.bulk.done", words)
          : translate("collections.bulk.waiting", { ...words, smart_count: waiting })}
      </Typography>
      {error !== null && <Failure error={error} />}
      {refused.length > 0 && <Refusals collection={collection} refused={refused} />}
    </Box>
  );
}

function Refusals({ collection, refused }: { collection: Collection; refused: readonly Refusal[] }) {
  const translate = useTranslate();
  const titles = useTitles(
    collection,
    refused.map((one) => one.id),
  );
  return (
    <Alert severity="warning" variant="outlined" sx={{ "& .MuiAlert-message": { minWidth: 0 } }}>
      {translate("collections.bulk.refused", { smart_count: refused.length })}
      <Box component="ul" sx={{ m: 0, mt: 1, pl: 2, maxHeight: 240, overflowY: "auto", overflowWrap: "anywhere" }}>
        {refused.map(({ id, title, reason }) => (
          <li key={id}>
            <b>{titles.get(id) ?? title}</b>: {reason}
          </li>
        ))}
      </Box>
    </Alert>
  );
}
