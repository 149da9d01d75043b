import TableCell from "@mui/material/TableCell";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import TableSortLabel from "@mui/material/TableSortLabel";
import type { ReactNode } from "react";
import {
  useDataTableCallbacksContext,
  useDataTableConfigContext,
  useDataTableDataContext,
  useDataTableSelectedIdsContext,
  useListSortContext,
  useTranslate,
} from "react-admin";
import { Tick } from "./Tick";

/** The heads of a table's columns, and what selects all of its rows. */
export function Head({ children }: { children?: ReactNode }) {
  const { hasBulkActions } = useDataTableConfigContext();
  return (
    <TableHead>
      <TableRow>
        {hasBulkActions && (
          <TableCell className="list-tick">
            <SelectPage />
          </TableCell>
        )}
        {children}
      </TableRow>
    </TableHead>
  );
}

interface HeadCellProps {
  path: string;
  label: string;
  isSortable: boolean;
  isNumeric: boolean;
}

/** The head of one column; a click sorts by it, another the other way round. */
export function HeadCell({ path, label, isSortable, isNumeric }: HeadCellProps) {
  const { sort, setSort } = useListSortContext();
  const isActive = sort.field === path;
  const direction = sort.order === "DESC" ? "desc" : "asc";
  return (
    <TableCell align={isNumeric ? "right" : "left"} sortDirection={isActive && direction}>
      {isSortable ? (
        <TableSortLabel
          active={isActive}
          direction={isActive ? direction : "asc"}
          onClick={() => setSort({ field: path, order: isActive && direction === "asc" ? "DESC" : "ASC" })}
        >
          {label}
        </TableSortLabel>
      ) : (
        label
      )}
    </TableCell>
  );
}

function SelectPage() {
  const translate = useTranslate();
  const { onSelect } = useDataTableCallbacksContext();
  const selected = useDataTableSelectedIdsContext() ?? [];
  const ids = useDataTableDataContext()?.map((record) => record.id) ?? [];
  const here = ids.filter((id) => selected.includes(id));
  const areAll = ids.length > 0 && here.length === ids.length;
  const others = selected.filter((id) => !ids.includes(id));
  return (
    <Tick
      label={translate("collections.selectPage")}
      isOn={areAll}
      isPartly={here.length > 0 && !areAll}
      onToggle={() => onSelect?.(areAll ? others : [...others, ...ids])}
    />
  );
}
