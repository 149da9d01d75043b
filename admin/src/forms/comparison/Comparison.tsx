import {
  Alert,
  Button,
  Dialog,
  DialogActions,
  DialogContent,
  DialogContentText,
  DialogTitle,
  Stack,
  Typography,
  useMediaQuery,
  useTheme,
} from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { type Choice, choicesOf, valuesOf } from "../model/choices";
import type { Leaf } from "../model/leaves";
import type { Compared } from "../model/merge";
import { ComparedField } from "./ComparedField";

interface ComparisonProps {
  compared: readonly Compared[];
  /** Who has saved the document last, where that is known. */
  writer: string | null;
  isSaving: boolean;
  onClose(): void;
  onChosen(chosen: ReadonlyMap<Leaf, unknown>): void;
}

/** What two people have made of the same document, field by field, and which of it shall be saved. */
export default function Comparison({ compared, writer, isSaving, onClose, onChosen }: ComparisonProps) {
  const translate = useTranslate();
  const isNarrow = useMediaQuery(useTheme().breakpoints.down("md"));
  const [seen, setSeen] = useState(compared);
  const [choices, setChoices] = useState(() => choicesOf(compared, new Map()));
  if (seen !== compared) {
    // Somebody was faster once more: what was chosen already stays, where it still can.
    setSeen(compared);
    setChoices(choicesOf(compared, choices));
  }
  const open = compared.filter(({ leaf }) => !choices.has(leaf.pointer)).length;
  const choose = ({ leaf, theirs }: Compared, choice: Choice) =>
    setChoices(new Map([...choices, [leaf.pointer, { ...choice, of: theirs }]]));
  return (
    <Dialog open onClose={onClose} fullScreen={isNarrow} fullWidth maxWidth="lg" aria-labelledby="compare-title">
      <DialogTitle id="compare-title">
        {translate("forms.compare.title", { name: writer ?? translate("forms.live.somebody") })}
      </DialogTitle>
      <DialogContent dividers>
        <DialogContentText sx={{ mb: 2 }}>{translate("forms.compare.intro")}</DialogContentText>
        {compared.length === 0 && <Alert severity="info">{translate("forms.compare.nothing")}</Alert>}
        <Stack spacing={2}>
          {inOrder(compared).map((one) => (
            <ComparedField
              key={one.leaf.pointer}
              compared={one}
              choice={choices.get(one.leaf.pointer)}
              onChoose={(choice) => choose(one, choice)}
            />
          ))}
        </Stack>
      </DialogContent>
      <DialogActions sx={{ flexWrap: "wrap", gap: 1 }}>
        <Typography role="status" variant="body2" color="textSecondary" sx={{ mr: "auto", px: 2 }}>
          {open > 0 ? translate("forms.compare.open", { smart_count: open }) : ""}
        </Typography>
        <Button onClick={onClose}>{translate("forms.compare.back")}</Button>
        <Button
          variant="contained"
          disabled={open > 0 || isSaving}
          onClick={() => onChosen(valuesOf(compared, choices))}
        >
          {translate("forms.compare.save")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

/** What has to be decided comes first. */
function inOrder(compared: readonly Compared[]): Compared[] {
  const isConflict = ({ outcome }: Compared) => outcome === "conflict";
  return [...compared.filter(isConflict), ...compared.filter((one) => !isConflict(one))];
}
