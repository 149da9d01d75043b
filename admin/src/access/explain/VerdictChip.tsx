import Block from "@mui/icons-material/Block";
import CheckCircle from "@mui/icons-material/CheckCircleOutlined";
import HelpOutlined from "@mui/icons-material/HelpOutlined";
import Chip from "@mui/material/Chip";
import { useTranslate } from "react-admin";
import type { Verdict } from "../types";

const LOOKS = {
  allowed: { color: "success", icon: <CheckCircle /> },
  depends: { color: "warning", icon: <HelpOutlined /> },
  refused: { color: "error", icon: <Block /> },
} as const;

interface VerdictChipProps {
  verdict: Verdict;
  size?: "small" | "medium";
  /** Among many: what is refused, as most things are, is not shouted. */
  quiet?: boolean;
}

/** A verdict in colour, sign and word. */
export function VerdictChip({ verdict, size = "small", quiet = false }: VerdictChipProps) {
  const translate = useTranslate();
  const { color, icon } = LOOKS[verdict];
  return (
    <Chip
      size={size}
      color={quiet && verdict === "refused" ? "default" : color}
      icon={icon}
      variant="outlined"
      label={translate(`access.verdict.${verdict}`)}
      sx={{
        ...(size === "medium" && { fontSize: "1rem", fontWeight: 650 }),
        ...(quiet && verdict === "refused" && { color: "text.secondary", "& .MuiChip-icon": { color: "inherit" } }),
      }}
    />
  );
}
