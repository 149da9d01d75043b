import Box from "@mui/material/Box";
import type { ReactNode } from "react";
import { Title } from "react-admin";

interface PageProps {
  /** A text, or a key of one. */
  title: string;
  actions?: ReactNode;
  children: ReactNode;
}

/** The frame of a screen: its title, which is the page's heading and the document's, its actions, its content. */
export function Page({ title, actions, children }: PageProps) {
  return (
    <Box sx={{ display: "flex", flexDirection: "column", gap: 2, minWidth: 0, pb: 4 }}>
      <Title title={title} preferenceKey={false} />
      {actions && (
        <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1, justifyContent: "flex-end", alignItems: "center" }}>
          {actions}
        </Box>
      )}
      {children}
    </Box>
  );
}
