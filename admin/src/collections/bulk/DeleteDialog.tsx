import Typography from "@mui/material/Typography";
import { useTranslate } from "react-admin";
import type { Collection } from "../../server/description";
import { BulkDialog } from "./BulkDialog";
import { useBulk } from "./useBulk";

interface DialogProps {
  collection: Collection;
  ids: readonly string[];
  onClose(): void;
}

/** Deletes documents, after it has said how many. */
export function DeleteDialog({ collection, ids, onClose }: DialogProps) {
  const translate = useTranslate();
  const bulk = useBulk(collection);
  const words = { smart_count: ids.length, name: collection.label };
  return (
    <BulkDialog
      collection={collection}
      bulk={bulk}
      title={translate("collections.bulk.deleteTitle", words)}
      act={translate("collections.bulk.delete", words)}
      isDestructive
      onAct={() => void bulk.start(ids, (path) => ({ method: "DELETE", path }))}
      onClose={onClose}
    >
      <Typography>{translate("collections.bulk.deleteHelp", words)}</Typography>
    </BulkDialog>
  );
}
