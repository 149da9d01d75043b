import Box from "@mui/material/Box";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import ToggleButton from "@mui/material/ToggleButton";
import ToggleButtonGroup from "@mui/material/ToggleButtonGroup";
import { useTranslate } from "react-admin";
import { useDescription } from "../../server/description";
import { ACTIONS, type Action } from "../types";
import { ActorField } from "./ActorField";
import { DocumentField } from "./DocumentField";
import type { Asked } from "./question";

/** Who, what, with which collection, and maybe with which document of it. */
export function Question({ asked, ask }: { asked: Asked; ask: (changes: Partial<Asked>) => void }) {
  const translate = useTranslate();
  const { collections } = useDescription();
  const collection = collections.find((one) => one.name === asked.collection);
  return (
    <Box
      sx={{
        display: "grid",
        gap: 1.5,
        alignItems: "start",
        gridTemplateColumns: { xs: "minmax(0, 1fr)", md: "repeat(2, minmax(0, 1fr))" },
      }}
    >
      <ActorField value={asked.actor} onChange={(actor) => ask({ actor })} />
      <ToggleButtonGroup
        exclusive
        color="primary"
        value={asked.action}
        onChange={(_, action: Action | null) => action && ask({ action })}
        aria-label={translate("access.explain.action")}
        sx={{ mt: 1, height: 38, "& button": { flex: 1, textTransform: "none", px: 1 } }}
      >
        {ACTIONS.map((action) => (
          <ToggleButton key={action} value={action}>
            {translate(`access.action.${action}`)}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      <TextField
        select
        label={translate("access.collection")}
        value={collection ? asked.collection : ""}
        onChange={(event) => ask({ collection: event.target.value, id: "" })}
      >
        {collections.map((one) => (
          <MenuItem key={one.name} value={one.name}>
            {one.label}
          </MenuItem>
        ))}
      </TextField>
      {collection && asked.action !== "create" && (
        <DocumentField key={collection.name} collection={collection} value={asked.id} onChange={(id) => ask({ id })} />
      )}
    </Box>
  );
}
