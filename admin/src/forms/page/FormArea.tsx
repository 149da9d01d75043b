import { Box } from "@mui/material";
import type { FocusEvent, FormEvent, ReactNode } from "react";

/** The inputs of a form. `onPlace` is told in which field the user is, by its JSON pointer; null for none. */
export function FormArea({ onPlace, children }: { onPlace?: (pointer: string | null) => void; children: ReactNode }) {
  return (
    <Box
      component="form"
      noValidate
      onSubmit={(event: FormEvent) => event.preventDefault()}
      onFocus={(event: FocusEvent) => onPlace?.(pointerAround(event.target))}
      onBlur={(event: FocusEvent) => {
        if (!event.currentTarget.contains(event.relatedTarget)) onPlace?.(null);
      }}
      sx={{ display: "flex", flexDirection: "column", gap: 2, minWidth: 0 }}
    >
      {children}
    </Box>
  );
}

function pointerAround(element: Element): string | null {
  return element.closest<HTMLElement>("[data-pointer]")?.dataset.pointer ?? null;
}
