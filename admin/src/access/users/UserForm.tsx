import TextField from "@mui/material/TextField";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { api } from "../../server/api";
import { ActionForm } from "../ActionForm";
import { RolesField } from "../RolesField";
import { Section } from "../Section";
import type { UserRecord } from "../types";
import { useAction } from "../useAction";

const FIELDS = ["/email", "/name", "/roles"];
const OWN_ROLES = ["admin"];

export function UserForm({ user, isMe }: { user: UserRecord; isMe: boolean }) {
  const translate = useTranslate();
  const [name, setName] = useState(user.name);
  const [email, setEmail] = useState(user.email);
  const [roles, setRoles] = useState(user.roles);
  const changes = {
    ...(name !== user.name && { name }),
    ...(email !== user.email && { email }),
    ...(roles.join() !== user.roles.join() && { roles }),
  };
  const save = useAction(() => api.patch<UserRecord>(`_users/${user.id}`, changes), {
    keys: [["_users"], ["_sessions"], ["_explain"], ...(isMe ? [["_admin"]] : [])],
    done: "access.saved",
  });
  return (
    <Section title={translate("access.user.about")}>
      <ActionForm
        action={save}
        shown={FIELDS}
        submit={translate("access.save")}
        isReady={Object.keys(changes).length > 0}
      >
        <TextField
          label={translate("access.name")}
          value={name}
          onChange={(event) => setName(event.target.value)}
          error={Boolean(save.errorAt("/name"))}
          helperText={save.errorAt("/name")}
          autoComplete="off"
        />
        <TextField
          label={translate("access.email")}
          type="email"
          value={email}
          onChange={(event) => setEmail(event.target.value)}
          error={Boolean(save.errorAt("/email"))}
          helperText={save.errorAt("/email") ?? translate("access.emailHelp")}
          autoComplete="off"
        />
        <RolesField
          value={roles}
          onChange={setRoles}
          error={save.errorAt("/roles")}
          help={isMe ? translate("access.ownRole") : undefined}
          kept={isMe ? OWN_ROLES : []}
        />
      </ActionForm>
    </Section>
  );
}
