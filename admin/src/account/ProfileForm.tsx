import Box from "@mui/material/Box";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { ActionForm } from "../access/ActionForm";
import { RoleChips } from "../access/RoleChips";
import { Section } from "../access/Section";
import { useAction } from "../access/useAction";
import { api } from "../server/api";
import { useDescription } from "../server/description";

const FIELDS = ["/name"];

/** One's own name, and what admins have said of one. */
export function ProfileForm() {
  const translate = useTranslate();
  const { user, isAdmin } = useDescription();
  const [name, setName] = useState(user.name);
  const save = useAction(() => api.patch("_auth/me", { name }), {
    keys: [["_admin"], ["_users"]],
    done: "access.saved",
  });
  return (
    <Section title={translate("account.profile")}>
      <Box component="dl" sx={{ m: 0, display: "grid", gap: 1, "& dd": { m: 0, overflowWrap: "anywhere" } }}>
        <div>
          <Typography component="dt" variant="body2" color="textSecondary">
            {translate("access.email")}
          </Typography>
          <dd>{user.email}</dd>
        </div>
        <div>
          <Typography component="dt" variant="body2" color="textSecondary">
            {translate("access.roles")}
          </Typography>
          <dd>
            <RoleChips roles={user.roles} />
          </dd>
        </div>
      </Box>
      <Typography variant="body2" color="textSecondary">
        {translate(isAdmin ? "account.emailAdmin" : "account.emailHelp")}
      </Typography>
      <ActionForm action={save} shown={FIELDS} submit={translate("access.save")} isReady={name !== user.name}>
        <TextField
          label={translate("access.name")}
          value={name}
          onChange={(event) => setName(event.target.value)}
          error={Boolean(save.errorAt("/name"))}
          helperText={save.errorAt("/name") ?? translate("account.nameHelp")}
          autoComplete="name"
        />
      </ActionForm>
    </Section>
  );
}
