import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import { useTranslate } from "react-admin";
import { Link as RouterLink } from "react-router-dom";

const TABS = [
  { name: "jobs", to: "/_jobs", label: "jobs.all" },
  { name: "runs", to: "/_jobs/runs", label: "jobs.allRuns" },
] as const;

/** The ways between the jobs and their runs. */
export function JobTabs({ value }: { value: "jobs" | "runs" }) {
  const translate = useTranslate();
  return (
    <Box
      component="nav"
      aria-label={translate("jobs.tabs")}
      sx={{ display: "flex", gap: 0.5, borderBottom: 1, borderColor: "divider" }}
    >
      {TABS.map(({ name, to, label }) => (
        <Link
          key={name}
          component={RouterLink}
          to={to}
          underline="none"
          aria-current={name === value ? "page" : undefined}
          sx={{
            px: 1.5,
            py: 1,
            mb: "-1px",
            fontWeight: 600,
            color: name === value ? "primary.main" : "text.secondary",
            borderBottom: 2,
            borderColor: name === value ? "primary.main" : "transparent",
            "&:hover": { color: "text.primary" },
          }}
        >
          {translate(label)}
        </Link>
      ))}
    </Box>
  );
}
