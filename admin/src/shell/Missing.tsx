import Button from "@mui/material/Button";
import { useTranslate } from "react-admin";
import { Link } from "react-router-dom";
import { Empty } from "./Empty";
import { Page } from "./Page";

/** Where an address leads nowhere. */
export function Missing() {
  const translate = useTranslate();
  const home = (
    <Button component={Link} to="/" variant="contained">
      {translate("shell.failure.home")}
    </Button>
  );
  return (
    <Page title="ra.page.not_found">
      <Empty title={translate("shell.failure.missing")} help={translate("shell.failure.missingHelp")} action={home} />
    </Page>
  );
}

/** Where somebody may see no collection at all. */
export function NoCollections() {
  const translate = useTranslate();
  return (
    <Page title="shell.menu.collections">
      <Empty title={translate("shell.empty.collections")} help={translate("shell.empty.collectionsHelp")} />
    </Page>
  );
}
