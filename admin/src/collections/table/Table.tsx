import Box from "@mui/material/Box";
import Skeleton from "@mui/material/Skeleton";
import type { SxProps, Theme } from "@mui/material/styles";
import { useMemo } from "react";
import { DataTable, useListContext, useTimeout } from "react-admin";
import type { Collection } from "../../server/description";
import { MARKED } from "../live/marks";
import { type Column, isNumeric, isSortable } from "../model/fields";
import { Body } from "./Body";
import { Head, HeadCell } from "./Head";
import { ShownContext } from "./shown";

interface TableProps {
  collection: Collection;
  columns: Column[];
  isSelectable: boolean;
}

/** A page of documents as a table: a column for each field that was chosen, the document's name a link to it. */
export function Table({ collection, columns, isSelectable }: TableProps) {
  const heads = useMemo(() => columns.map(headOf), [columns]);
  const shown = useMemo(() => ({ collection, columns }), [collection, columns]);
  const { isPending } = useListContext();
  if (isPending) return <Loading />;
  return (
    <ShownContext value={shown}>
      <DataTable
        aria-label={collection.label}
        head={Head}
        body={Body}
        bulkActionButtons={isSelectable ? NO_BUTTONS : false}
        bulkActionsToolbar={NO_BUTTONS}
        empty={false}
        sx={LOOK}
      >
        {heads}
      </DataTable>
    </ShownContext>
  );
}

/** What is on its way for long gets a shape; what comes soon would only flicker. */
function Loading() {
  const isLong = useTimeout(PATIENCE_MS);
  return (
    <Box sx={{ display: "grid", gap: 1.5, p: 2, minHeight: 44 }}>
      {isLong && [1, 2, 3, 4, 5].map((one) => <Skeleton key={one} variant="rounded" height={28} />)}
    </Box>
  );
}

const PATIENCE_MS = 1_000;

/** There are some, but in a bar of its own at the bottom: one above the rows would move them. */
const NO_BUTTONS = <></>;

function headOf(column: Column) {
  const { path, label, field } = column;
  return <HeadCell key={path} path={path} label={label} isSortable={isSortable(column)} isNumeric={isNumeric(field)} />;
}

const LOOK: SxProps<Theme> = {
  ...MARKED,
  "& .RaDataTable-tableWrapper": { overflowX: "auto" },
  "& th": { whiteSpace: "nowrap" },
  "& tbody tr": { cursor: "pointer", "&:focus-visible": { outlineOffset: -2 } },
  "& tbody tr:hover": { bgcolor: "action.hover" },
  "& tbody tr[aria-selected=true]": { bgcolor: "action.selected" },
  "& tbody td": {
    height: 44,
    px: 2,
    py: 0,
    borderBottom: 1,
    borderColor: "divider",
    fontSize: "0.875rem",
    maxWidth: 280,
    overflow: "hidden",
    textOverflow: "ellipsis",
    whiteSpace: "nowrap",
  },
  "& tbody tr:last-of-type td": { borderBottom: 0 },
  "& .list-tick.list-tick": { width: 18, pr: 0.5 },
  "& .list-number": { textAlign: "right", fontVariantNumeric: "tabular-nums" },
  // It takes what is left, and gives way first.
  "& .list-name.list-name": { width: "99%", maxWidth: 0, minWidth: 180 },
};
