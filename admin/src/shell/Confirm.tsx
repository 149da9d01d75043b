import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogContentText from "@mui/material/DialogContentText";
import DialogTitle from "@mui/material/DialogTitle";
import { type ReactNode, useId } from "react";
import { useTranslate } from "react-admin";

interface ConfirmProps {
  isOpen: boolean;
  title: ReactNode;
  content: ReactNode;
  /** What is done, as a verb. */
  confirm: string;
  /** How not to do it, where "Cancel" would be unclear. */
  cancel?: string;
  /** Something is lost by it: then the way out has the focus. */
  isDestructive?: boolean;
  /** It is being done. */
  isBusy?: boolean;
  onConfirm(): void;
  onClose(): void;
}

/** A question before something is done. */
export function Confirm(props: ConfirmProps) {
  const { isOpen, title, content, confirm, cancel, isDestructive, isBusy, onConfirm, onClose } = props;
  const translate = useTranslate();
  const id = useId();
  return (
    <Dialog open={isOpen} onClose={onClose} maxWidth="sm" aria-labelledby={id}>
      <DialogTitle id={id}>{title}</DialogTitle>
      <DialogContent>
        <DialogContentText component="div">{content}</DialogContentText>
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose} disabled={isBusy} autoFocus={isDestructive}>
          {cancel ?? translate("ra.action.cancel")}
        </Button>
        <Button
          variant="contained"
          color={isDestructive ? "error" : "primary"}
          onClick={onConfirm}
          disabled={isBusy}
          autoFocus={!isDestructive}
        >
          {confirm}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
