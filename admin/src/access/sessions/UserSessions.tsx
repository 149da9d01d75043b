import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useTranslate } from "react-admin";
import { api } from "../../server/api";
import { Failure } from "../../shell/Failure";
import { ProblemAlert } from "../ProblemAlert";
import { Section } from "../Section";
import type { Page, SessionRecord, UserRecord } from "../types";
import { useAction } from "../useAction";
import { SessionList } from "./SessionList";

/** The sessions of one user, each to be ended, or all at once. */
export function UserSessions({ user }: { user: UserRecord }) {
  const translate = useTranslate();
  const query = { user: user.id, limit: 100 };
  const { data, error, refetch } = useQuery({
    queryKey: ["_sessions", query],
    queryFn: ({ signal }) => api.get<Page<SessionRecord>>("_sessions", { query, signal }),
  });
  const options = { keys: [["_sessions"]], done: "access.session.ended" };
  const end = useAction((session: SessionRecord) => api.delete(`_sessions/${session.id}`), options);
  const endAll = useAction(() => api.delete(`_users/${user.id}/sessions`), options);
  const sessions = data?.items.map(({ user: _, ...session }) => session) ?? [];
  const others = sessions.filter((session) => !session.current);
  return (
    <Section title={translate("access.sessions")}>
      {error && <Failure error={error} retry={() => void refetch()} />}
      {data && sessions.length === 0 && (
        <Typography color="textSecondary">{translate("access.session.none")}</Typography>
      )}
      <SessionList
        label={translate("access.sessions")}
        sessions={sessions}
        onEnd={end.run}
        busy={end.busy || endAll.busy}
      />
      <ProblemAlert problem={end.problem ?? endAll.problem} />
      {others.length > 1 && (
        <Button variant="outlined" disabled={endAll.busy} onClick={() => endAll.run()} sx={{ justifySelf: "start" }}>
          {translate("access.session.endAll")}
        </Button>
      )}
    </Section>
  );
}
