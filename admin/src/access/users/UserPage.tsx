import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useTranslate } from "react-admin";
import { Link, useParams } from "react-router-dom";
import { api } from "../../server/api";
import { useDescription } from "../../server/description";
import { Back } from "../../shell/Back";
import { Failure } from "../../shell/Failure";
import { Page } from "../../shell/Page";
import { Splash } from "../../shell/Splash";
import { When } from "../../shell/When";
import { Section } from "../Section";
import { UserSessions } from "../sessions/UserSessions";
import type { UserRecord } from "../types";
import { PasswordSection } from "./PasswordSection";
import { RemovalSection } from "./RemovalSection";
import { UserForm } from "./UserForm";
import { StateChip } from "./UserTable";

/** One user: what is known of them, and what an admin may do about it. */
export function UserPage() {
  const translate = useTranslate();
  const { id = "" } = useParams();
  const me = useDescription().user;
  const { data, error, refetch } = useQuery({
    queryKey: ["_users", id],
    queryFn: ({ signal }) => api.get<UserRecord>(`_users/${encodeURIComponent(id)}`, { signal }),
  });
  if (!data && !error) return <Splash />;
  return (
    <Page title={data?.name || data?.email || "access.user.one"}>
      <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1.5, alignItems: "center" }}>
        <Back to="/_users" label={translate("access.user.all")} />
        {data && <Facts user={data} />}
      </Box>
      {error && <Failure error={error} retry={() => void refetch()} />}
      {data && (
        <Box sx={{ display: "grid", gap: 2, maxWidth: 760 }}>
          <UserForm key={`${data.id} ${data.updatedAt}`} user={data} isMe={data.id === me.id} />
          {data.id === me.id ? (
            <Section title={translate("access.own.title")} help={translate("access.own.help")}>
              <Button component={Link} to="/_account" variant="outlined" sx={{ justifySelf: "start" }}>
                {translate("access.own.go")}
              </Button>
            </Section>
          ) : (
            <PasswordSection user={data} />
          )}
          <UserSessions user={data} />
          {data.id !== me.id && <RemovalSection user={data} />}
        </Box>
      )}
    </Page>
  );
}

function Facts({ user }: { user: UserRecord }) {
  const translate = useTranslate();
  return (
    <>
      <StateChip user={user} />
      <Typography variant="body2" color="textSecondary">
        {translate("access.since")} <When at={user.createdAt} />
      </Typography>
      <Button component={Link} to={`/_explain?actor=${encodeURIComponent(user.email)}`} size="small">
        {translate("access.user.explain")}
      </Button>
    </>
  );
}
