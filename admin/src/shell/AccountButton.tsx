import Logout from "@mui/icons-material/Logout";
import ManageAccounts from "@mui/icons-material/ManageAccountsOutlined";
import Avatar from "@mui/material/Avatar";
import Box from "@mui/material/Box";
import Divider from "@mui/material/Divider";
import IconButton from "@mui/material/IconButton";
import ListItemIcon from "@mui/material/ListItemIcon";
import Menu from "@mui/material/Menu";
import MenuItem from "@mui/material/MenuItem";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { useId, useState } from "react";
import { useTranslate } from "react-admin";
import { Link } from "react-router-dom";
import { useDescription } from "../server/description";
import { useSession } from "../server/session";
import { initials } from "./initials";
import { ACCOUNT } from "./screens";
import { useProblem } from "./useProblem";

/** Who is signed in, and the ways to their account and out. */
export function AccountButton() {
  const translate = useTranslate();
  const session = useSession();
  const tell = useProblem();
  const { user } = useDescription();
  const id = useId();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const close = () => setAnchor(null);
  const shown = user.name || user.email;
  const name = translate("shell.account.open", { name: shown });
  const signOut = async () => {
    close();
    await session.signOut().catch(tell);
  };
  return (
    <>
      <Tooltip title={name}>
        <IconButton
          aria-label={name}
          aria-haspopup="menu"
          aria-expanded={anchor !== null}
          aria-controls={anchor ? id : undefined}
          onClick={(event) => setAnchor(event.currentTarget)}
        >
          <Avatar sx={{ width: 28, height: 28, fontSize: 13, fontWeight: 600, bgcolor: "primary.main" }}>
            {initials(shown)}
          </Avatar>
        </IconButton>
      </Tooltip>
      <Menu id={id} anchorEl={anchor} open={anchor !== null} onClose={close}>
        <Box component="li" role="presentation" sx={{ px: 2, pt: 0.5, pb: 1, maxWidth: 280 }}>
          <Typography noWrap sx={{ fontWeight: 600 }}>
            {shown}
          </Typography>
          <Typography noWrap variant="body2" color="textSecondary">
            {[shown === user.email ? "" : user.email, ...user.roles].filter(Boolean).join(" · ")}
          </Typography>
        </Box>
        <Divider component="li" sx={{ mb: 0.5 }} />
        <MenuItem component={Link} to={ACCOUNT} onClick={close}>
          <ListItemIcon>
            <ManageAccounts fontSize="small" />
          </ListItemIcon>
          {translate("shell.account.own")}
        </MenuItem>
        <MenuItem onClick={() => void signOut()}>
          <ListItemIcon>
            <Logout fontSize="small" />
          </ListItemIcon>
          {translate("shell.account.signOut")}
        </MenuItem>
      </Menu>
    </>
  );
}
