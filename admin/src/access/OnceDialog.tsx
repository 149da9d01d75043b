import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import { type ReactNode, useId } from "react";
import { useTranslate } from "react-admin";

interface OnceDialogProps {
  title: string;
  warning: ReactNode;
  onClose: () => void;
  children: ReactNode;
}

/** Something that is shown this once. It closes by its button only: a click beside it would lose the secret. */
export function OnceDialog({ title, warning, onClose, children }: OnceDialogProps) {
  const translate = useTranslate();
  const id = useId();
  return (
    <Dialog open fullWidth maxWidth="sm" aria-labelledby={id}>
      <DialogTitle id={id}>{title}</DialogTitle>
      <DialogContent sx={{ display: "grid", gap: 2 }}>
        <Alert severity="warning">{warning}</Alert>
        {children}
      </DialogContent>
      <DialogActions>
        <Button variant="contained" onClick={onClose} autoFocus>
          {translate("access.close")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
