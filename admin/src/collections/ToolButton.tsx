import Badge from "@mui/material/Badge";
import Button from "@mui/material/Button";
import IconButton from "@mui/material/IconButton";
import type { Theme } from "@mui/material/styles";
import Tooltip from "@mui/material/Tooltip";
import useMediaQuery from "@mui/material/useMediaQuery";
import type { ReactNode } from "react";

interface ToolButtonProps {
  label: string;
  icon: ReactNode;
  /** How many of something are in force. */
  count?: number;
  hasPopup?: "menu" | "dialog";
  onClick(anchor: HTMLElement): void;
}

/** A button of the bar above a list: with its words where there is room, else with its picture alone. */
export function ToolButton({ label, icon, count = 0, hasPopup, onClick }: ToolButtonProps) {
  const isWide = useMediaQuery((theme: Theme) => theme.breakpoints.up("lg"), { noSsr: true });
  if (isWide) {
    return (
      <Button
        variant="text"
        color="inherit"
        startIcon={icon}
        aria-haspopup={hasPopup}
        onClick={(event) => onClick(event.currentTarget)}
      >
        {label}
        {count > 0 && ` (${count})`}
      </Button>
    );
  }
  return (
    <Tooltip title={label}>
      <IconButton
        aria-label={count > 0 ? `${label} (${count})` : label}
        aria-haspopup={hasPopup}
        onClick={(event) => onClick(event.currentTarget)}
      >
        {count > 0 ? <Badged count={count} icon={icon} /> : icon}
      </IconButton>
    </Tooltip>
  );
}

function Badged({ count, icon }: { count: number; icon: ReactNode }) {
  return (
    <Badge badgeContent={count} color="primary" overlap="circular">
      {icon}
    </Badge>
  );
}
