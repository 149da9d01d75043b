import { Alert, Box, Button, Stack, Typography } from "@mui/material";
import { useTranslate } from "react-admin";
import { useWatch } from "react-hook-form";
import type { Field } from "../../server/description";
import { agree } from "../model/leaves";
import { pointerOf } from "../model/place";
import { useOthers } from "../page/scope";
import { ReadValue } from "../values/ReadValue";

/** A field that somebody else has saved while it was changed here: what they wrote, and the choice. */
export function Clash({ field, source, theirs }: { field: Field; source: string; theirs: unknown }) {
  const translate = useTranslate();
  const { keepMine, takeTheirs, writer } = useOthers();
  const mine: unknown = useWatch({ name: source });
  const pointer = pointerOf(source);
  const title = translate("forms.clash.title", {
    field: field.label,
    name: writer ?? translate("forms.live.somebody"),
  });
  if (agree(field, mine, theirs)) return null;
  return (
    <Alert
      severity="warning"
      variant="outlined"
      sx={{ mt: 1, "& .MuiAlert-message": { minWidth: 0, width: 1 } }}
      role="group"
      aria-label={title}
    >
      <Typography variant="body2" sx={{ fontWeight: 600 }}>
        {title}
      </Typography>
      <Box sx={{ my: 1, maxHeight: 160, overflow: "auto", overflowWrap: "anywhere" }}>
        <ReadValue field={field} value={theirs} />
      </Box>
      <Stack direction="row" spacing={1} useFlexGap sx={{ flexWrap: "wrap" }}>
        <Button size="small" variant="outlined" color="inherit" onClick={() => takeTheirs(pointer)}>
          {translate("forms.clash.theirs")}
        </Button>
        <Button size="small" variant="outlined" color="inherit" onClick={() => keepMine(pointer)}>
          {translate("forms.clash.mine")}
        </Button>
      </Stack>
    </Alert>
  );
}
