import Box from "@mui/material/Box";
import { useTranslate } from "react-admin";
import { Back } from "../../shell/Back";

interface BackToJobsProps {
  to?: string;
  label?: string;
}

/** The way back, to all jobs or to the one that is named, before what a page lets one do. */
export function BackToJobs({ to = "/_jobs", label }: BackToJobsProps) {
  const translate = useTranslate();
  return (
    <Box sx={{ mr: "auto" }}>
      <Back to={to} label={label ?? translate("jobs.back")} />
    </Box>
  );
}
