import { Alert } from "@mui/material";
import { useTranslate } from "react-admin";

export function ReadOnlyNote() {
  const translate = useTranslate();
  return (
    <Alert severity="info" variant="outlined">
      {translate("forms.nothingWritable")}
    </Alert>
  );
}
