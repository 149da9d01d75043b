import Button from "@mui/material/Button";
import Paper from "@mui/material/Paper";
import ToggleButton from "@mui/material/ToggleButton";
import ToggleButtonGroup from "@mui/material/ToggleButtonGroup";
import Typography from "@mui/material/Typography";
import { useTranslate } from "react-admin";
import { Link, useSearchParams } from "react-router-dom";
import { useDescription } from "../../server/description";
import { Page } from "../../shell/Page";
import { AccessTabs } from "../AccessTabs";
import { Matrix } from "../explain/Matrix";

const PUBLIC = "public";

/** What each role of the YAML may do; and what everybody may, whom nobody knows. */
export function Roles() {
  const translate = useTranslate();
  const { roles } = useDescription();
  const [parameters, setParameters] = useSearchParams();
  const named = parameters.get("role");
  const known = [...roles.filter((role) => role !== "admin"), "admin", PUBLIC];
  const chosen = known.find((role) => role === named) ?? known[0] ?? PUBLIC;
  return (
    <Page title="access.roles">
      <AccessTabs />
      <Typography color="textSecondary" sx={{ maxWidth: "75ch" }}>
        {translate("access.role.help")}
      </Typography>
      <ToggleButtonGroup
        exclusive
        size="small"
        color="primary"
        value={chosen}
        onChange={(_, role: string | null) => role && setParameters({ role }, { replace: true })}
        aria-label={translate("access.roles")}
        sx={{ flexWrap: "wrap" }}
      >
        {known.map((role) => (
          <ToggleButton key={role} value={role} sx={{ textTransform: "none", px: 1.5 }}>
            {role}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      <Paper variant="outlined" sx={{ p: { xs: 0.5, sm: 1 } }}>
        <Matrix actor={chosen === PUBLIC ? PUBLIC : `role:${chosen}`} />
      </Paper>
      {chosen !== PUBLIC && (
        <Button component={Link} to={`/_users?role=${encodeURIComponent(chosen)}`} sx={{ alignSelf: "flex-start" }}>
          {translate("access.role.users", { role: chosen })}
        </Button>
      )}
    </Page>
  );
}
