import Logout from "@mui/icons-material/Logout";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import Link from "@mui/material/Link";
import List from "@mui/material/List";
import ListItem from "@mui/material/ListItem";
import Typography from "@mui/material/Typography";
import { useTranslate } from "react-admin";
import { Link as RouterLink } from "react-router-dom";
import { When } from "../../shell/When";
import { spokenAgent } from "../agent";
import type { SessionRecord } from "../types";

interface SessionListProps {
  label: string;
  sessions: SessionRecord[];
  /** Ends a session; the one of this page is ended by signing out. */
  onEnd: (session: SessionRecord) => void;
  busy: boolean;
}

/** Sessions: whose, from where, since when, and a button that ends each. */
export function SessionList({ label, sessions, onEnd, busy }: SessionListProps) {
  return (
    <List aria-label={label} disablePadding sx={{ "& > li + li": { borderTop: 1, borderColor: "divider" } }}>
      {sessions.map((session) => (
        <Item key={session.id} session={session} onEnd={onEnd} busy={busy} />
      ))}
    </List>
  );
}

function Item({ session, onEnd, busy }: Pick<SessionListProps, "onEnd" | "busy"> & { session: SessionRecord }) {
  const translate = useTranslate();
  const { user } = session;
  return (
    <ListItem disablePadding sx={{ display: "flex", gap: 1, alignItems: "center", py: 1.25 }}>
      <Box sx={{ flex: 1, minWidth: 0 }}>
        <Box sx={{ display: "flex", flexWrap: "wrap", alignItems: "center", columnGap: 1 }}>
          {user && (
            <Link
              component={RouterLink}
              to={`/_users/${user.id}`}
              sx={{ fontWeight: 600, overflowWrap: "anywhere", minWidth: 0 }}
            >
              {user.name || user.email}
            </Link>
          )}
          <Typography component="span" title={session.agent} sx={{ fontWeight: user ? 400 : 600 }}>
            {spokenAgent(session.agent)}
          </Typography>
          {session.current && <Chip size="small" color="primary" label={translate("access.session.current")} />}
        </Box>
        <Typography variant="body2" color="textSecondary" sx={{ overflowWrap: "anywhere" }}>
          {session.ip} · {translate("access.session.seen")} <When at={session.lastSeenAt} /> ·{" "}
          {translate("access.session.began")} <When at={session.createdAt} /> · {translate("access.session.ends")}{" "}
          <When at={session.expiresAt} />
        </Typography>
      </Box>
      {!session.current && (
        <Button
          size="small"
          startIcon={<Logout />}
          disabled={busy}
          onClick={() => onEnd(session)}
          aria-label={translate("access.session.endOf", {
            who: user ? user.name || user.email : spokenAgent(session.agent),
          })}
          sx={{ flex: "none" }}
        >
          {translate("access.session.end")}
        </Button>
      )}
    </ListItem>
  );
}
