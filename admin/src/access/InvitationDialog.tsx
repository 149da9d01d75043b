import Typography from "@mui/material/Typography";
import { useTranslate } from "react-admin";
import { PLACE } from "../server/place";
import { When } from "../shell/When";
import { Copy } from "./Copy";
import { OnceDialog } from "./OnceDialog";
import type { Invitation } from "./types";

/** The link that lets somebody in, once. */
export function InvitationDialog(props: { email: string; invitation: Invitation; onClose: () => void }) {
  const { email, invitation, onClose } = props;
  const translate = useTranslate();
  return (
    <OnceDialog
      title={translate("access.invitation.title", { email })}
      warning={translate("access.invitation.once")}
      onClose={onClose}
    >
      <Copy text={linkOf(invitation.code)} label={translate("access.invitation.copy")} />
      <Typography variant="body2" color="textSecondary">
        {translate("access.invitation.help")} {translate("access.invitation.until")} <When at={invitation.expiresAt} />.
      </Typography>
    </OnceDialog>
  );
}

/** The code is behind the `#`, which no browser sends to a server or tells another site. */
function linkOf(code: string): string {
  return `${location.origin}${PLACE.basename}/#sign-in=${encodeURIComponent(code)}`;
}
