import Box from "@mui/material/Box";
import Card from "@mui/material/Card";
import CardContent from "@mui/material/CardContent";
import Typography from "@mui/material/Typography";
import { type ReactNode, useId } from "react";

interface PanelProps {
  title: string;
  help?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** A part of a page with a heading. */
export function Panel({ title, help, actions, children }: PanelProps) {
  const id = useId();
  return (
    <Card component="section" aria-labelledby={id} sx={{ minWidth: 0 }}>
      <CardContent sx={{ display: "grid", gap: 1.5, p: 2, "&:last-child": { pb: 2 } }}>
        <Box sx={{ display: "flex", flexWrap: "wrap", alignItems: "center", columnGap: 2, rowGap: 1 }}>
          <Typography id={id} variant="h3" component="h2" sx={{ flex: 1, minWidth: "8rem" }}>
            {title}
          </Typography>
          {actions}
        </Box>
        {help && (
          <Typography variant="body2" color="textSecondary">
            {help}
          </Typography>
        )}
        {children}
      </CardContent>
    </Card>
  );
}

/** Names and values; what has no value is left out. */
export function Facts({ items }: { items: [name: string, value: ReactNode][] }) {
  return (
    <Box
      component="dl"
      sx={{
        display: "grid",
        gridTemplateColumns: "fit-content(46%) minmax(0, 1fr)",
        columnGap: 2,
        rowGap: 0.75,
        m: 0,
        fontSize: "0.875rem",
        "& dt": { color: "text.secondary" },
        "& dd": { m: 0, overflowWrap: "break-word" },
      }}
    >
      {items
        .filter(([, value]) => value !== null && value !== undefined && value !== "")
        .map(([name, value]) => (
          <Box key={name} sx={{ display: "contents" }}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </Box>
        ))}
    </Box>
  );
}
