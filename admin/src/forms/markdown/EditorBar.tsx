import { Box, IconButton, Tooltip } from "@mui/material";
import { type KeyboardEvent, type ReactNode, useRef, useState } from "react";

export interface EditorAction {
  name: string;
  label: string;
  icon: ReactNode;
  /** As it is shown: `Ctrl+B`. */
  keys?: string;
  /** Whether it holds for what is selected, where that is known. */
  isOn?: boolean;
  run(): void;
}

/** The buttons above an editor: one stop of the Tab key, the arrow keys go through them. */
export function EditorBar({
  label,
  actions,
  disabled,
}: {
  label: string;
  actions: readonly EditorAction[];
  disabled?: boolean;
}) {
  const [current, setCurrent] = useState(0);
  const bar = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = (current + step + actions.length) % actions.length;
    setCurrent(next);
    bar.current?.querySelectorAll("button")[next]?.focus();
  };
  return (
    <Box
      ref={bar}
      role="toolbar"
      aria-label={label}
      onKeyDown={onKeyDown}
      sx={{ display: "flex", flexWrap: "wrap", minWidth: 0 }}
    >
      {actions.map(({ name, label: title, icon, keys, isOn, run }, index) => (
        <Tooltip key={name} title={keys ? `${title} (${keys})` : title}>
          <span>
            <IconButton
              size="small"
              aria-label={title}
              aria-pressed={isOn}
              aria-keyshortcuts={keys?.replace("Ctrl", "Control")}
              tabIndex={index === current ? 0 : -1}
              disabled={disabled}
              // The editor keeps the focus, and what is selected in it.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => {
                setCurrent(index);
                run();
              }}
              sx={{ borderRadius: 1, ...(isOn && { bgcolor: "action.selected", color: "primary.main" }) }}
            >
              {icon}
            </IconButton>
          </span>
        </Tooltip>
      ))}
    </Box>
  );
}
