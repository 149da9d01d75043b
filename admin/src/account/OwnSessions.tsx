import Button from "@mui/material/Button";
import { useQuery } from "@tanstack/react-query";
import { useTranslate } from "react-admin";
import { ProblemAlert } from "../access/ProblemAlert";
import { Section } from "../access/Section";
import { SessionList } from "../access/sessions/SessionList";
import type { SessionRecord } from "../access/types";
import { useAction } from "../access/useAction";
import { api } from "../server/api";
import { Failure } from "../shell/Failure";

/** Where one has signed in. */
export function OwnSessions() {
  const translate = useTranslate();
  const { data, error, refetch } = useQuery({
    queryKey: ["_auth/sessions"],
    queryFn: ({ signal }) => api.get<{ items: SessionRecord[] }>("_auth/sessions", { signal }),
  });
  const options = { keys: [["_auth/sessions"], ["_sessions"]], done: "access.session.ended" };
  const end = useAction((session: SessionRecord) => api.delete(`_auth/sessions/${session.id}`), options);
  const endOthers = useAction(() => api.delete("_auth/sessions"), options);
  const sessions = data?.items ?? [];
  const busy = end.busy || endOthers.busy;
  return (
    <Section title={translate("account.sessions")} help={translate("account.sessionsHelp")}>
      {error && <Failure error={error} retry={() => void refetch()} />}
      <SessionList label={translate("account.sessions")} sessions={sessions} onEnd={end.run} busy={busy} />
      <ProblemAlert problem={end.problem ?? endOthers.problem} />
      {sessions.some((session) => !session.current) && (
        <Button variant="outlined" disabled={busy} onClick={() => endOthers.run()} sx={{ justifySelf: "start" }}>
          {translate("account.endOthers")}
        </Button>
      )}
    </Section>
  );
}
