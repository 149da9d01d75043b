import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import TextField from "@mui/material/TextField";
import { useId, useState } from "react";
import { useTranslate } from "react-admin";
import { LONGEST_NAME } from "../model/views";

interface NameDialogProps {
  name: string;
  taken: readonly string[];
  onName(name: string): void;
  onClose(): void;
}

/** Asks how a view is to be called. */
export function NameDialog({ name, taken, onName, onClose }: NameDialogProps) {
  const translate = useTranslate();
  const title = useId();
  const [typed, setTyped] = useState(name);
  const wanted = typed.trim();
  return (
    <Dialog open onClose={onClose} aria-labelledby={title} fullWidth maxWidth="xs">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!wanted) return;
          onName(wanted);
          onClose();
        }}
      >
        <DialogTitle id={title}>
          {translate(name ? "collections.views.renaming" : "collections.views.saving")}
        </DialogTitle>
        <DialogContent>
          <TextField
            autoFocus
            label={translate("collections.views.name")}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            helperText={wanted !== name && taken.includes(wanted) ? translate("collections.views.replaces") : " "}
            slotProps={{ htmlInput: { maxLength: LONGEST_NAME } }}
          />
        </DialogContent>
        <DialogActions>
          <Button onClick={onClose}>{translate("ra.action.cancel")}</Button>
          <Button type="submit" variant="contained" disabled={!wanted}>
            {translate("ra.action.save")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
