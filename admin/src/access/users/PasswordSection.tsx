import Button from "@mui/material/Button";
import Stack from "@mui/material/Stack";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { api } from "../../server/api";
import { Confirm } from "../../shell/Confirm";
import { FormDialog } from "../FormDialog";
import { InvitationDialog } from "../InvitationDialog";
import { NewPasswordField } from "../NewPasswordField";
import { ProblemAlert } from "../ProblemAlert";
import { Section } from "../Section";
import type { Invited, UserRecord } from "../types";
import { useAction } from "../useAction";

/** How a user gets in: by a link with which they choose a password, or by one that is set for them. */
export function PasswordSection({ user }: { user: UserRecord }) {
  const translate = useTranslate();
  const [open, setOpen] = useState<"link" | "password" | null>(null);
  const [made, setMade] = useState<Invited | null>(null);
  const invite = useAction(() => api.post<Invited>(`_users/${user.id}/invitation`), {
    keys: [["_users"], ["_sessions"]],
    onDone: setMade,
  });
  return (
    <Section
      title={translate("access.password")}
      help={translate(user.hasPassword ? "access.reset.help" : "access.reset.helpNone")}
    >
      <Stack direction="row" useFlexGap sx={{ flexWrap: "wrap", gap: 1 }}>
        <Button
          variant="outlined"
          disabled={invite.busy || user.disabled}
          onClick={() => (user.hasPassword ? setOpen("link") : invite.run())}
        >
          {translate("access.reset.byLink")}
        </Button>
        <Button variant="outlined" onClick={() => setOpen("password")}>
          {translate("access.reset.set")}
        </Button>
      </Stack>
      <ProblemAlert problem={invite.problem} />
      <Confirm
        isOpen={open === "link"}
        title={translate("access.reset.byLink")}
        content={translate("access.reset.confirm", { email: user.email })}
        confirm={translate("access.reset.make")}
        onConfirm={() => {
          setOpen(null);
          invite.run();
        }}
        onClose={() => setOpen(null)}
      />
      {open === "password" && <SetPassword user={user} onClose={() => setOpen(null)} />}
      {made?.invitation && (
        <InvitationDialog email={user.email} invitation={made.invitation} onClose={() => setMade(null)} />
      )}
    </Section>
  );
}

function SetPassword({ user, onClose }: { user: UserRecord; onClose: () => void }) {
  const translate = useTranslate();
  const [password, setPassword] = useState("");
  const set = useAction(() => api.post(`_users/${user.id}/password`, { password }), {
    keys: [["_users"], ["_sessions"]],
    done: "access.reset.done",
    onDone: onClose,
  });
  return (
    <FormDialog
      title={translate("access.reset.title", { email: user.email })}
      submit={translate("access.reset.set")}
      busy={set.busy}
      onSubmit={() => set.run()}
      onClose={onClose}
    >
      <NewPasswordField value={password} onChange={setPassword} error={set.errorAt("/password")} autoFocus />
      <ProblemAlert problem={set.problem} shown={["/password"]} />
    </FormDialog>
  );
}
