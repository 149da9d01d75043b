import { Alert, AlertTitle, Button } from "@mui/material";
import { useState } from "react";
import { useRedirect, useTranslate } from "react-admin";
import { api } from "../../server/api";
import type { Collection } from "../../server/description";
import { useProblem } from "../../shell/useProblem";
import { writable } from "../model/initial";
import { newDocument } from "../model/patch";
import type { Document } from "../model/place";
import { useSend } from "./useSend";
import type { Editing } from "./useSession";

interface GoneBannerProps {
  collection: Collection;
  editing: Editing;
  /** The page is left: there is nothing to save here. */
  onLeave(): void;
}

/** The document was deleted meanwhile; what the form holds can become a new one. */
export function GoneBanner({ collection, editing, onLeave }: GoneBannerProps) {
  const translate = useTranslate();
  const redirect = useRedirect();
  const tell = useProblem();
  const send = useSend();
  const [isBusy, setBusy] = useState(false);
  const createAgain = async () => {
    setBusy(true);
    const body = newDocument(writable(collection.fields, "create"), editing.mine());
    try {
      const made = await send(() => api.post<Document>(collection.name, body));
      onLeave();
      redirect("edit", collection.name, String(made.id));
    } catch (error) {
      tell(error);
      setBusy(false);
    }
  };
  return (
    <Alert
      severity="warning"
      role="alert"
      action={
        <>
          {collection.can.create && (
            <Button color="inherit" size="small" onClick={createAgain} disabled={isBusy}>
              {translate("forms.create.again")}
            </Button>
          )}
          <Button
            color="inherit"
            size="small"
            onClick={() => {
              onLeave();
              redirect("list", collection.name);
            }}
          >
            {translate("forms.gone.list")}
          </Button>
        </>
      }
      sx={{ flexWrap: "wrap" }}
    >
      <AlertTitle>{translate("forms.gone.title")}</AlertTitle>
      {translate("forms.gone.content")}
    </Alert>
  );
}
