import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { api } from "../../server/api";
import { FormDialog } from "../FormDialog";
import { ProblemAlert } from "../ProblemAlert";
import { RolesField } from "../RolesField";
import type { TokenRecord } from "../types";
import { useAction } from "../useAction";
import { expiryOf, LIFETIMES, type Lifetime } from "./expiry";

export interface MadeToken {
  token: TokenRecord;
  /** The token itself, shown once. */
  secret: string;
}

const FIELDS = ["/name", "/roles", "/expiresAt"];

export function CreateToken({ onClose, onDone }: { onClose: () => void; onDone: (made: MadeToken) => void }) {
  const translate = useTranslate();
  const [name, setName] = useState("");
  const [roles, setRoles] = useState<string[]>([]);
  const [days, setDays] = useState<Lifetime>(90);
  const create = useAction(
    () => api.post<MadeToken>("_tokens", { name, roles, expiresAt: expiryOf(days, new Date()) }),
    { keys: [["_tokens"]], onDone },
  );
  return (
    <FormDialog
      title={translate("access.token.create")}
      submit={translate("access.token.make")}
      busy={create.busy}
      onSubmit={() => create.run()}
      onClose={onClose}
    >
      <TextField
        label={translate("access.name")}
        value={name}
        onChange={(event) => setName(event.target.value)}
        error={Boolean(create.errorAt("/name"))}
        helperText={create.errorAt("/name") ?? translate("access.token.nameHelp", { name: name || "importer" })}
        slotProps={{ htmlInput: { maxLength: 64, autoCapitalize: "off", spellCheck: false } }}
        autoComplete="off"
        autoFocus
        required
      />
      <RolesField
        value={roles}
        onChange={setRoles}
        error={create.errorAt("/roles")}
        help={translate("access.token.rolesHelp")}
      />
      <TextField
        select
        label={translate("access.token.expires")}
        value={String(days)}
        onChange={(event) => setDays(LIFETIMES.find((each) => String(each) === event.target.value) ?? null)}
        error={Boolean(create.errorAt("/expiresAt"))}
        helperText={create.errorAt("/expiresAt")}
      >
        {LIFETIMES.map((each) => (
          <MenuItem key={String(each)} value={String(each)}>
            {each === null ? translate("access.token.never") : translate("access.token.days", { days: each })}
          </MenuItem>
        ))}
      </TextField>
      <ProblemAlert problem={create.problem} shown={FIELDS} />
    </FormDialog>
  );
}
