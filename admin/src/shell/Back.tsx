import ArrowBack from "@mui/icons-material/ArrowBack";
import Button from "@mui/material/Button";
import { Link } from "react-router-dom";

interface BackProps {
  to: string;
  label: string;
}

/** The way back to the list that a page belongs to; it begins where the page's content begins. */
export function Back({ to, label }: BackProps) {
  return (
    <Button
      component={Link}
      to={to}
      startIcon={<ArrowBack />}
      size="small"
      sx={{ alignSelf: "flex-start", minHeight: 36, ml: "-5px" }}
    >
      {label}
    </Button>
  );
}
