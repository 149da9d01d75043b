import Box from "@mui/material/Box";
import Card from "@mui/material/Card";
import Checkbox from "@mui/material/Checkbox";
import Skeleton from "@mui/material/Skeleton";
import Typography from "@mui/material/Typography";
import { useContext } from "react";
import { type RaRecord, useListContext, useTranslate } from "react-admin";
import type { Collection } from "../../server/description";
import { MARKED, MarksContext } from "../live/marks";
import { type Column, valueAt } from "../model/fields";
import { Value } from "../values/Value";
import { Name, nameOf } from "./Name";

/** How many fields a card has beside the name. */
const FIELDS = 4;

interface CardsProps {
  collection: Collection;
  columns: Column[];
  isSelectable: boolean;
}

/** A page of documents for a narrow screen: a card for each. */
export function Cards({ collection, columns, isSelectable }: CardsProps) {
  const { data, isPending } = useListContext();
  if (isPending) return <Loading />;
  return (
    <Box component="ul" sx={{ ...MARKED, listStyle: "none", m: 0, p: 0, display: "grid", gap: 1 }}>
      {data?.map((record: RaRecord) => (
        <One key={record.id} record={record} collection={collection} columns={columns} isSelectable={isSelectable} />
      ))}
    </Box>
  );
}

function Loading() {
  return (
    <Box sx={{ display: "grid", gap: 1 }}>
      {[1, 2, 3, 4, 5].map((one) => (
        <Skeleton key={one} variant="rounded" height={96} />
      ))}
    </Box>
  );
}

function One({ record, collection, columns, isSelectable }: CardsProps & { record: RaRecord }) {
  const translate = useTranslate();
  const { selectedIds, onToggleItem } = useListContext();
  const mark = useContext(MarksContext).get(String(record.id));
  const fields = columns.filter((column) => column.path !== collection.title).slice(0, FIELDS);
  return (
    <Card component="li" className={mark && `mark-${mark}`} sx={{ display: "flex", gap: 0.5, p: 1, minWidth: 0 }}>
      {isSelectable && (
        <Checkbox
          checked={selectedIds.includes(record.id)}
          onChange={() => onToggleItem(record.id)}
          slotProps={{ input: { "aria-label": translate("collections.select", { name: nameOf(collection, record) }) } }}
          sx={{ alignSelf: "start", p: 0.5 }}
        />
      )}
      <Box sx={{ minWidth: 0, flex: 1, display: "grid", gap: 0.75, py: 0.5 }}>
        <Typography component="h2" variant="body1" sx={{ overflowWrap: "anywhere", lineHeight: 1.35 }}>
          <Name collection={collection} record={record} />
        </Typography>
        <Box
          component="dl"
          sx={{ m: 0, display: "grid", gridTemplateColumns: "auto 1fr", columnGap: 1.5, rowGap: 0.5 }}
        >
          {fields.map((column) => (
            <Field key={column.path} column={column} record={record} />
          ))}
        </Box>
      </Box>
    </Card>
  );
}

function Field({ column, record }: { column: Column; record: RaRecord }) {
  return (
    <>
      <Typography component="dt" variant="body2" sx={{ color: "text.secondary" }}>
        {column.label}
      </Typography>
      <Typography component="dd" variant="body2" noWrap sx={{ m: 0, minWidth: 0 }}>
        <Value field={column.field} value={valueAt(record, column.path)} />
      </Typography>
    </>
  );
}
