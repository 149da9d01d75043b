import Button from "@mui/material/Button";
import Stack from "@mui/material/Stack";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { useNavigate } from "react-router-dom";
import { api } from "../../server/api";
import { Confirm } from "../../shell/Confirm";
import { ProblemAlert } from "../ProblemAlert";
import { Section } from "../Section";
import type { UserRecord } from "../types";
import { useAction } from "../useAction";

/** Shutting a user out, for now or for good. */
export function RemovalSection({ user }: { user: UserRecord }) {
  const translate = useTranslate();
  const navigate = useNavigate();
  const [asked, setAsked] = useState<"disable" | "delete" | null>(null);
  const keys = [["_users"], ["_sessions"]];
  const switched = useAction((disabled: boolean) => api.patch(`_users/${user.id}`, { disabled }), {
    keys,
    done: "access.saved",
  });
  const removal = useAction(() => api.delete(`_users/${user.id}`), {
    keys: [["_sessions"]],
    done: "access.removal.deleted",
    onDone: () => navigate("/_users"),
  });
  const confirmed = () => {
    if (asked === "delete") removal.run();
    else switched.run(true);
    setAsked(null);
  };
  return (
    <Section title={translate("access.removal.title")} help={translate("access.removal.help")}>
      <Stack direction="row" useFlexGap sx={{ flexWrap: "wrap", gap: 1 }}>
        {user.disabled ? (
          <Button variant="outlined" disabled={switched.busy} onClick={() => switched.run(false)}>
            {translate("access.removal.enable")}
          </Button>
        ) : (
          <Button variant="outlined" color="error" disabled={switched.busy} onClick={() => setAsked("disable")}>
            {translate("access.removal.disable")}
          </Button>
        )}
        <Button variant="outlined" color="error" disabled={removal.busy} onClick={() => setAsked("delete")}>
          {translate("access.removal.delete")}
        </Button>
      </Stack>
      <ProblemAlert problem={removal.problem ?? switched.problem} />
      <Confirm
        isOpen={asked !== null}
        title={translate(asked === "delete" ? "access.removal.askDelete" : "access.removal.askDisable", {
          email: user.email,
        })}
        content={translate(asked === "delete" ? "access.removal.sureDelete" : "access.removal.sureDisable", {
          email: user.email,
        })}
        confirm={translate(`access.removal.${asked ?? "disable"}`)}
        isDestructive
        onConfirm={confirmed}
        onClose={() => setAsked(null)}
      />
    </Section>
  );
}
