import Close from "@mui/icons-material/Close";
import Delete from "@mui/icons-material/DeleteOutlined";
import Download from "@mui/icons-material/DownloadOutlined";
import Edit from "@mui/icons-material/EditOutlined";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import IconButton from "@mui/material/IconButton";
import Paper from "@mui/material/Paper";
import type { Theme } from "@mui/material/styles";
import Typography from "@mui/material/Typography";
import useMediaQuery from "@mui/material/useMediaQuery";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { useListContext, useTranslate } from "react-admin";
import { isEditable } from "../../forms/model/initial";
import type { Collection } from "../../server/description";
import type { Columns } from "../useColumns";
import { SelectAllButton } from "./SelectAllButton";
import { useSelection } from "./useSelection";

const EditDialog = lazy(async () => ({ default: (await import("./EditDialog")).EditDialog }));
const DeleteDialog = lazy(async () => ({ default: (await import("./DeleteDialog")).DeleteDialog }));
const ExportDialog = lazy(async () => ({ default: (await import("../export/ExportDialog")).ExportDialog }));

type Act = "edit" | "delete" | "export";

interface BulkBarProps {
  collection: Collection;
  columns: Columns;
  total: number | undefined;
}

/** What can be done with the selected documents; it stands at the bottom, so that the rows stay where they are. */
export function BulkBar({ collection, columns, total }: BulkBarProps) {
  const translate = useTranslate();
  const { selectedIds, onUnselectItems } = useListContext();
  const isSure = useSelection(collection);
  const [act, setAct] = useState<{ name: Act; ids: string[] } | null>(null);
  const begin = (name: Act) => setAct({ name, ids: selectedIds.map(String) });
  const close = () => setAct(null);
  const unselect = translate("ra.action.unselect");
  return (
    <>
      {selectedIds.length > 0 && (
        <Paper
          elevation={8}
          role="region"
          aria-label={translate("collections.bulk.title")}
          aria-busy={!isSure}
          sx={{
            position: "sticky",
            bottom: 12,
            zIndex: 2,
            alignSelf: "center",
            maxWidth: "100%",
            px: 1,
            py: 0.5,
            display: "flex",
            flexWrap: "wrap",
            gap: 0.5,
            alignItems: "center",
            border: 1,
            borderColor: "primary.main",
          }}
        >
          <IconButton size="small" onClick={() => onUnselectItems()} aria-label={unselect} title={unselect}>
            <Close fontSize="small" />
          </IconButton>
          <Typography aria-live="polite" sx={{ mr: 1, fontWeight: 600, whiteSpace: "nowrap" }}>
            {translate("collections.bulk.selected", { smart_count: selectedIds.length })}
          </Typography>
          <SelectAllButton collection={collection} total={total} />
          <Box sx={{ display: "flex", flexWrap: "wrap", gap: 0.5, ml: "auto" }}>
            {isEditable(collection) && (
              <ActButton
                label={translate("ra.action.edit")}
                icon={<Edit fontSize="small" />}
                isDisabled={!isSure}
                onClick={() => begin("edit")}
              />
            )}
            <ActButton
              label={translate("ra.action.export")}
              icon={<Download fontSize="small" />}
              isDisabled={!isSure}
              onClick={() => begin("export")}
            />
            {collection.can.delete && (
              <ActButton
                label={translate("ra.action.delete")}
                icon={<Delete fontSize="small" />}
                isDestructive
                isDisabled={!isSure}
                onClick={() => begin("delete")}
              />
            )}
          </Box>
        </Paper>
      )}
      <Suspense>
        {act?.name === "edit" && <EditDialog collection={collection} ids={act.ids} onClose={close} />}
        {act?.name === "delete" && <DeleteDialog collection={collection} ids={act.ids} onClose={close} />}
        {act?.name === "export" && (
          <ExportDialog collection={collection} columns={columns} ids={act.ids} onClose={close} />
        )}
      </Suspense>
    </>
  );
}

interface ActButtonProps {
  label: string;
  icon: ReactNode;
  isDestructive?: boolean;
  isDisabled: boolean;
  onClick(): void;
}

/** With its words where there is room, else with its picture alone. */
function ActButton({ label, icon, isDestructive, isDisabled, onClick }: ActButtonProps) {
  const isPhone = useMediaQuery((theme: Theme) => theme.breakpoints.down("sm"), { noSsr: true });
  const color = isDestructive ? "error" : "primary";
  if (!isPhone) {
    return (
      <Button color={color} startIcon={icon} disabled={isDisabled} onClick={onClick}>
        {label}
      </Button>
    );
  }
  return (
    <IconButton color={color} aria-label={label} title={label} disabled={isDisabled} onClick={onClick}>
      {icon}
    </IconButton>
  );
}
