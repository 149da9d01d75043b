import Box from "@mui/material/Box";
import { useTranslate } from "react-admin";
import type { Collection } from "../../server/description";
import { Back } from "../../shell/Back";

/** The way back to the list of a document's collection, before whatever else the page's head holds. */
export function BackToList({ collection }: { collection: Collection }) {
  const translate = useTranslate();
  return (
    <Box sx={{ mr: "auto" }}>
      <Back to={`/${collection.name}`} label={translate("forms.back", { name: collection.label })} />
    </Box>
  );
}
