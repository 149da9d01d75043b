import FormControlLabel from "@mui/material/FormControlLabel";
import Radio from "@mui/material/Radio";
import RadioGroup from "@mui/material/RadioGroup";
import TextField from "@mui/material/TextField";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { api } from "../../server/api";
import { FormDialog } from "../FormDialog";
import { NewPasswordField } from "../NewPasswordField";
import { ProblemAlert } from "../ProblemAlert";
import { RolesField } from "../RolesField";
import type { Invited } from "../types";
import { useAction } from "../useAction";

const FIELDS = ["/email", "/name", "/roles", "/password"];

export function CreateUser({ onClose, onDone }: { onClose: () => void; onDone: (made: Invited) => void }) {
  const translate = useTranslate();
  const [email, setEmail] = useState("");
  const [name, setName] = useState("");
  const [roles, setRoles] = useState<string[]>([]);
  const [way, setWay] = useState<"invite" | "password">("invite");
  const [password, setPassword] = useState("");
  const create = useAction(
    () => api.post<Invited>("_users", { email, name, roles, ...(way === "invite" ? { invite: true } : { password }) }),
    { keys: [["_users"]], done: "access.user.created", onDone },
  );
  return (
    <FormDialog
      title={translate("access.user.create")}
      submit={translate("access.user.add")}
      busy={create.busy}
      onSubmit={() => create.run()}
      onClose={onClose}
    >
      <TextField
        label={translate("access.email")}
        type="email"
        value={email}
        onChange={(event) => setEmail(event.target.value)}
        error={Boolean(create.errorAt("/email"))}
        helperText={create.errorAt("/email")}
        autoComplete="off"
        autoFocus
        required
      />
      <TextField
        label={translate("access.name")}
        value={name}
        onChange={(event) => setName(event.target.value)}
        error={Boolean(create.errorAt("/name"))}
        helperText={create.errorAt("/name")}
        autoComplete="off"
      />
      <RolesField value={roles} onChange={setRoles} error={create.errorAt("/roles")} />
      <RadioGroup
        aria-label={translate("access.user.way")}
        value={way}
        onChange={(_, value) => setWay(value === "password" ? "password" : "invite")}
      >
        <FormControlLabel value="invite" control={<Radio size="small" />} label={translate("access.user.byLink")} />
        <FormControlLabel
          value="password"
          control={<Radio size="small" />}
          label={translate("access.user.byPassword")}
        />
      </RadioGroup>
      {way === "password" && (
        <NewPasswordField value={password} onChange={setPassword} error={create.errorAt("/password")} />
      )}
      <ProblemAlert problem={create.problem} shown={FIELDS} />
    </FormDialog>
  );
}
