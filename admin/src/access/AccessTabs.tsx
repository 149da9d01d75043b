import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import { useTranslate } from "react-admin";
import { Link as RouterLink, useLocation } from "react-router-dom";

const TABS = [
  { to: "/_users", label: "access.users" },
  { to: "/_users/roles", label: "access.roles" },
  { to: "/_users/sessions", label: "access.sessions" },
];

/** The ways between who there is, what the roles may do, and who has signed in. */
export function AccessTabs() {
  const translate = useTranslate();
  const { pathname } = useLocation();
  return (
    <Box
      component="nav"
      aria-label={translate("access.areas")}
      sx={{ display: "flex", gap: 0.5, borderBottom: 1, borderColor: "divider" }}
    >
      {TABS.map(({ to, label }) => {
        const isHere = to === pathname;
        return (
          <Link
            key={to}
            component={RouterLink}
            to={to}
            underline="none"
            aria-current={isHere ? "page" : undefined}
            sx={{
              px: 1.5,
              py: 1,
              mb: "-1px",
              fontWeight: 600,
              color: isHere ? "primary.main" : "text.secondary",
              borderBottom: 2,
              borderColor: isHere ? "primary.main" : "transparent",
              "&:hover": { color: "text.primary" },
            }}
          >
            {translate(label)}
          </Link>
        );
      })}
    </Box>
  );
}
