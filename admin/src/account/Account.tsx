import Box from "@mui/material/Box";
import { Page } from "../shell/Page";
import { OwnSessions } from "./OwnSessions";
import { PasswordForm } from "./PasswordForm";
import { Preferences } from "./Preferences";
import { ProfileForm } from "./ProfileForm";

/** What everybody has: a name, a password, sessions, and how this page looks to them. */
export function Account() {
  return (
    <Page title="account.title">
      <Box sx={{ display: "grid", gap: 2, maxWidth: 760 }}>
        <ProfileForm />
        <PasswordForm />
        <OwnSessions />
        <Preferences />
      </Box>
    </Page>
  );
}
