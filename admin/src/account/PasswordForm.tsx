import { useState } from "react";
import { useTranslate } from "react-admin";
import { ActionForm } from "../access/ActionForm";
import { NewPasswordField } from "../access/NewPasswordField";
import { Section } from "../access/Section";
import { useAction } from "../access/useAction";
import { api } from "../server/api";
import { useDescription } from "../server/description";
import { PasswordField } from "../shell/PasswordField";

const FIELDS = ["/current", "/new"];

/** Another password; whoever has none yet need not know one. */
export function PasswordForm() {
  const translate = useTranslate();
  const { user } = useDescription();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const change = useAction(() => api.post("_auth/password", { ...(user.hasPassword && { current }), new: next }), {
    keys: [["_auth/sessions"], ["_sessions"], ["_admin"]],
    done: "account.password.done",
    onDone: () => {
      setCurrent("");
      setNext("");
    },
  });
  return (
    <Section title={translate("access.password")} help={translate("account.password.help")}>
      <ActionForm action={change} shown={FIELDS} submit={translate("account.password.change")} isReady={next !== ""}>
        {/* Password managers look for whose password it is. */}
        <input type="text" name="username" autoComplete="username" value={user.email} readOnly hidden />
        {user.hasPassword && (
          <PasswordField
            label={translate("account.password.current")}
            value={current}
            onChange={(event) => setCurrent(event.target.value)}
            error={Boolean(change.errorAt("/current"))}
            helperText={change.errorAt("/current")}
            autoComplete="current-password"
          />
        )}
        <NewPasswordField
          label={translate("account.password.new")}
          value={next}
          onChange={setNext}
          error={change.errorAt("/new")}
        />
      </ActionForm>
    </Section>
  );
}
