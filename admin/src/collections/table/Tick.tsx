import { styled } from "@mui/material/styles";
import { useEffect, useRef } from "react";

/** A plain checkbox: a page has a hundred of them, and MUI's takes ten times as long to draw. */
const Box = styled("input")(({ theme }) => ({
  width: 18,
  height: 18,
  margin: 0,
  display: "block",
  cursor: "pointer",
  accentColor: (theme.vars ?? theme).palette.primary.main,
}));

interface TickProps {
  label: string;
  isOn: boolean;
  /** Neither on nor off. */
  isPartly?: boolean;
  /** `isShift`: with the shift key held, all from the last one to this are meant. */
  onToggle(isShift: boolean): void;
}

export function Tick({ label, isOn, isPartly = false, onToggle }: TickProps) {
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (box.current) box.current.indeterminate = isPartly;
  }, [isPartly]);
  return (
    <Box
      ref={box}
      type="checkbox"
      aria-label={label}
      checked={isOn}
      readOnly
      onClick={(event) => {
        event.stopPropagation();
        onToggle(event.shiftKey);
      }}
    />
  );
}
