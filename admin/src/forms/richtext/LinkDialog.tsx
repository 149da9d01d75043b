import { Button, Dialog, DialogActions, DialogContent, DialogTitle, TextField } from "@mui/material";
import { type FormEvent, useState } from "react";
import { useTranslate } from "react-admin";

interface LinkDialogProps {
  address: string;
  onClose(): void;
  /** An empty address takes the link away. */
  onSet(address: string): void;
}

/** Asks for the address of a link. */
export function LinkDialog({ address, onClose, onSet }: LinkDialogProps) {
  const translate = useTranslate();
  const [typed, setTyped] = useState(address || "https://");
  const isFit = typed.trim() === "" || /^(https?:\/\/[^\s/]+|mailto:\S+@|tel:\+?\d|\/|#)/i.test(typed.trim());
  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    if (!isFit) return;
    onClose();
    onSet(typed.trim());
  };
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="xs" aria-labelledby="link-title">
      <form onSubmit={submit} noValidate>
        <DialogTitle id="link-title">{translate("forms.editor.link")}</DialogTitle>
        <DialogContent>
          <TextField
            autoFocus
            label={translate("forms.richtext.address")}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            error={!isFit}
            helperText={isFit ? translate("forms.richtext.addressHelp") : translate("forms.check.url")}
          />
        </DialogContent>
        <DialogActions>
          <Button onClick={onClose}>{translate("ra.action.cancel")}</Button>
          <Button type="submit" variant="contained" disabled={!isFit}>
            {translate("ra.action.confirm")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
