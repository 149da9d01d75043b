import Check from "@mui/icons-material/Check";
import Sort from "@mui/icons-material/Sort";
import ListItemIcon from "@mui/material/ListItemIcon";
import ListItemText from "@mui/material/ListItemText";
import Menu from "@mui/material/Menu";
import MenuItem from "@mui/material/MenuItem";
import { useState } from "react";
import { useListSortContext, useTranslate } from "react-admin";
import { type Column, isSortable } from "./model/fields";
import { ToolButton } from "./ToolButton";

/** What cards are sorted by: they have no heads to click on. */
export function SortButton({ columns }: { columns: readonly Column[] }) {
  const translate = useTranslate();
  const { sort, setSort } = useListSortContext();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const choices = columns.filter(isSortable).flatMap((column) => [
    { column, order: "ASC" as const },
    { column, order: "DESC" as const },
  ]);
  return (
    <>
      <ToolButton
        label={translate("ra.action.sort")}
        icon={<Sort fontSize="small" />}
        hasPopup="menu"
        onClick={setAnchor}
      />
      <Menu anchorEl={anchor} open={anchor !== null} onClose={() => setAnchor(null)}>
        {choices.map(({ column: { path, label }, order }) => {
          const isChosen = sort.field === path && sort.order === order;
          return (
            <MenuItem
              key={`${path} ${order}`}
              selected={isChosen}
              onClick={() => {
                setSort({ field: path, order });
                setAnchor(null);
              }}
            >
              <ListItemIcon>{isChosen && <Check fontSize="small" />}</ListItemIcon>
              <ListItemText>
                {label}, {translate(`collections.order.${order}`)}
              </ListItemText>
            </MenuItem>
          );
        })}
      </Menu>
    </>
  );
}
