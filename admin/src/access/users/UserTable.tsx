import Chip from "@mui/material/Chip";
import Link from "@mui/material/Link";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import Typography from "@mui/material/Typography";
import { useTranslate } from "react-admin";
import { Link as RouterLink } from "react-router-dom";
import { useDescription } from "../../server/description";
import { When } from "../../shell/When";
import { RoleChips } from "../RoleChips";
import type { UserRecord } from "../types";

const WIDE_ONLY = { display: { xs: "none", sm: "table-cell" } };

export function UserTable({ users }: { users: UserRecord[] }) {
  const translate = useTranslate();
  return (
    <Table aria-label={translate("access.users")} sx={{ "& tr:last-child td": { borderBottom: 0 } }}>
      <TableHead>
        <TableRow>
          <TableCell>{translate("access.user.one")}</TableCell>
          <TableCell>{translate("access.roles")}</TableCell>
          <TableCell sx={WIDE_ONLY}>{translate("access.state")}</TableCell>
          <TableCell sx={WIDE_ONLY}>{translate("access.since")}</TableCell>
        </TableRow>
      </TableHead>
      <TableBody>
        {users.map((user) => (
          <UserRow key={user.id} user={user} />
        ))}
      </TableBody>
    </Table>
  );
}

function UserRow({ user }: { user: UserRecord }) {
  const translate = useTranslate();
  const me = useDescription().user;
  return (
    <TableRow hover>
      <TableCell sx={{ maxWidth: 0, width: { xs: "60%", sm: "45%" } }}>
        <Link component={RouterLink} to={`/_users/${user.id}`} sx={{ fontWeight: 600, overflowWrap: "anywhere" }}>
          {user.name || user.email}
        </Link>
        {user.id === me.id && (
          <Typography component="span" variant="body2" color="textSecondary">
            {" "}
            ({translate("access.you")})
          </Typography>
        )}
        {user.name && (
          <Typography variant="body2" color="textSecondary" sx={{ overflowWrap: "anywhere" }}>
            {user.email}
          </Typography>
        )}
        <StateChip user={user} sx={{ display: { sm: "none" }, mt: 0.5 }} quiet />
      </TableCell>
      <TableCell>
        <RoleChips roles={user.roles} />
      </TableCell>
      <TableCell sx={WIDE_ONLY}>
        <StateChip user={user} />
      </TableCell>
      <TableCell sx={{ ...WIDE_ONLY, whiteSpace: "nowrap" }}>
        <When at={user.createdAt} />
      </TableCell>
    </TableRow>
  );
}

/** Whether a user can come in. `quiet` says nothing of those who can. */
export function StateChip({ user, sx, quiet = false }: { user: UserRecord; sx?: object; quiet?: boolean }) {
  const translate = useTranslate();
  if (user.disabled)
    return <Chip size="small" color="error" variant="outlined" label={translate("access.disabled")} sx={sx} />;
  if (!user.hasPassword) {
    return <Chip size="small" color="warning" variant="outlined" label={translate("access.noPassword")} sx={sx} />;
  }
  return quiet ? null : (
    <Chip size="small" color="success" variant="outlined" label={translate("access.active")} sx={sx} />
  );
}
