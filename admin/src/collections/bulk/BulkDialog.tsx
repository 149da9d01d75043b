import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import { type ReactNode, useId } from "react";
import { useTranslate } from "react-admin";
import type { Collection } from "../../server/description";
import { BulkProgress } from "./BulkProgress";
import type { Bulk } from "./useBulk";

interface BulkDialogProps {
  collection: Collection;
  bulk: Bulk;
  title: string;
  /** What the button says that does it: it names how many. */
  act: string;
  isDestructive?: boolean;
  isReady?: boolean;
  onAct(): void;
  onClose(): void;
  /** What is asked before it begins. */
  children: ReactNode;
}

/** Asks, does, tells: the frame of everything that is done with many documents. */
export function BulkDialog({
  collection,
  bulk,
  title,
  act,
  isDestructive,
  isReady = true,
  onAct,
  onClose,
  children,
}: BulkDialogProps) {
  const translate = useTranslate();
  const id = useId();
  const { isRunning, progress, error } = bulk;
  const hasBegun = isRunning || progress !== null || error !== null;
  return (
    <Dialog open fullWidth maxWidth="sm" onClose={isRunning ? undefined : onClose} aria-labelledby={id}>
      <DialogTitle id={id}>{title}</DialogTitle>
      <DialogContent sx={{ overflowWrap: "anywhere" }}>
        {hasBegun ? <BulkProgress collection={collection} bulk={bulk} /> : children}
      </DialogContent>
      <DialogActions>
        {hasBegun ? (
          <Button onClick={isRunning ? bulk.cancel : onClose}>
            {translate(isRunning ? "collections.bulk.stop" : "ra.action.close")}
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>{translate("ra.action.cancel")}</Button>
            <Button variant="contained" color={isDestructive ? "error" : "primary"} disabled={!isReady} onClick={onAct}>
              {act}
            </Button>
          </>
        )}
      </DialogActions>
    </Dialog>
  );
}
