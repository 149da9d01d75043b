import Add from "@mui/icons-material/Add";
import FilterAltOff from "@mui/icons-material/FilterAltOffOutlined";
import Inbox from "@mui/icons-material/InboxOutlined";
import Button from "@mui/material/Button";
import { useTranslate } from "react-admin";
import { Link } from "react-router-dom";
import type { Collection } from "../server/description";
import { Empty } from "../shell/Empty";

/** A collection without documents, and the way to its first. */
export function EmptyCollection({ collection }: { collection: Collection }) {
  const translate = useTranslate();
  const { name, singular, description, can } = collection;
  return (
    <Empty
      icon={<Inbox />}
      title={translate("collections.empty.title")}
      help={description || translate(can.create ? "collections.empty.help" : "collections.empty.readOnly")}
      action={
        can.create && (
          <Button variant="contained" startIcon={<Add />} component={Link} to={`/${name}/create`}>
            {translate("collections.create", { name: singular })}
          </Button>
        )
      }
    />
  );
}

/** A filter that finds nothing, and the way back. */
export function NoResults({ onClear }: { onClear(): void }) {
  const translate = useTranslate();
  return (
    <Empty
      icon={<FilterAltOff />}
      title={translate("collections.noResults.title")}
      help={translate("collections.noResults.help")}
      action={<Button onClick={onClear}>{translate("collections.filter.clear")}</Button>}
    />
  );
}
