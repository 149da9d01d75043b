import { styled } from "@mui/material/styles";
import type { RaRecord } from "react-admin";
import type { Collection } from "../../server/description";
import { valueAt } from "../model/fields";
import { summary } from "../model/plain";
import { Go } from "../values/Go";

const Strong = styled(Go)(({ theme }) => ({
  color: (theme.vars ?? theme).palette.text.primary,
  fontWeight: 600,
  textDecoration: "none",
  "&:hover": { textDecoration: "underline" },
}));

/** Return how a document is called. */
export function nameOf(collection: Collection, record: RaRecord): string {
  return summary(valueAt(record, collection.title)) || String(record.id);
}

/** Return where a document's form is. */
export function pathOf(collection: string, id: unknown): string {
  return `/${collection}/${encodeURIComponent(String(id))}`;
}

/** A document's name, which leads to it. */
export function Name({ collection, record }: { collection: Collection; record: RaRecord }) {
  return <Strong to={pathOf(collection.name, record.id)}>{nameOf(collection, record)}</Strong>;
}
