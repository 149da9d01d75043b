import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import Typography from "@mui/material/Typography";
import { useTranslate } from "react-admin";
import { When } from "../../shell/When";
import { RoleChips } from "../RoleChips";
import type { TokenRecord } from "../types";

const WIDE_ONLY = { display: { xs: "none", md: "table-cell" } };

export function TokenTable({ tokens, onRevoke }: { tokens: TokenRecord[]; onRevoke: (token: TokenRecord) => void }) {
  const translate = useTranslate();
  return (
    <Table aria-label={translate("access.tokens")} sx={{ "& tr:last-child td": { borderBottom: 0 } }}>
      <TableHead>
        <TableRow>
          <TableCell>{translate("access.name")}</TableCell>
          <TableCell sx={WIDE_ONLY}>{translate("access.roles")}</TableCell>
          <TableCell sx={WIDE_ONLY}>{translate("access.token.used")}</TableCell>
          <TableCell sx={WIDE_ONLY}>{translate("access.token.expires")}</TableCell>
          <TableCell sx={WIDE_ONLY}>{translate("access.since")}</TableCell>
          <TableCell align="right">{translate("access.actions")}</TableCell>
        </TableRow>
      </TableHead>
      <TableBody>
        {tokens.map((token) => (
          <TableRow key={token.id} hover>
            <TableCell>
              <Box component="code" sx={{ fontWeight: 600, overflowWrap: "anywhere" }}>
                {token.name}
              </Box>
              <Box sx={{ display: { md: "none" }, mt: 0.5 }}>
                {token.roles.length > 0 && <RoleChips roles={token.roles} />}
                <Typography variant="body2" color="textSecondary" sx={{ mt: 0.5 }}>
                  {translate("access.token.used")}: <Used token={token} /> · {translate("access.token.expires")}:{" "}
                  <Expires token={token} />
                </Typography>
              </Box>
            </TableCell>
            <TableCell sx={WIDE_ONLY}>
              <RoleChips roles={token.roles} />
            </TableCell>
            <TableCell sx={WIDE_ONLY}>
              <Used token={token} />
            </TableCell>
            <TableCell sx={WIDE_ONLY}>
              <Expires token={token} />
            </TableCell>
            <TableCell sx={WIDE_ONLY}>
              <When at={token.createdAt} />
            </TableCell>
            <TableCell align="right">
              <Button
                size="small"
                color="error"
                onClick={() => onRevoke(token)}
                aria-label={translate("access.token.revokeOf", { name: token.name })}
              >
                {translate("access.token.revoke")}
              </Button>
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

function Used({ token }: { token: TokenRecord }) {
  const translate = useTranslate();
  return token.lastUsedAt ? <When at={token.lastUsedAt} /> : <span>{translate("access.token.unused")}</span>;
}

function Expires({ token }: { token: TokenRecord }) {
  const translate = useTranslate();
  if (token.expiresAt === null) return <span>{translate("access.token.never")}</span>;
  if (new Date(token.expiresAt) <= new Date()) {
    return <Chip size="small" color="error" variant="outlined" label={translate("access.token.over")} />;
  }
  return <When at={token.expiresAt} />;
}
