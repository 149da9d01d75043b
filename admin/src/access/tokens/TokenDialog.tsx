import Typography from "@mui/material/Typography";
import { useTranslate } from "react-admin";
import { PLACE } from "../../server/place";
import { Copy } from "../Copy";
import { OnceDialog } from "../OnceDialog";
import type { MadeToken } from "./CreateToken";
import { curlOf } from "./expiry";

/** A token that has just been made, and a line to try it with. */
export function TokenDialog({ made, onClose }: { made: MadeToken; onClose: () => void }) {
  const translate = useTranslate();
  return (
    <OnceDialog
      title={translate("access.token.made", { name: made.token.name })}
      warning={translate("access.token.once")}
      onClose={onClose}
    >
      <Copy text={made.secret} label={translate("access.token.copy")} />
      <Typography variant="body2" color="textSecondary">
        {translate("access.token.try")}
      </Typography>
      <Copy text={curlOf(location.origin, PLACE.api, made.secret)} label={translate("access.token.copyLine")} />
    </OnceDialog>
  );
}
