import Card from "@mui/material/Card";
import CardContent from "@mui/material/CardContent";
import Typography from "@mui/material/Typography";
import { type ReactNode, useId } from "react";

interface SectionProps {
  title: string;
  help?: ReactNode;
  children: ReactNode;
}

/** A part of a page, with a heading. */
export function Section({ title, help, children }: SectionProps) {
  const id = useId();
  return (
    <Card component="section" aria-labelledby={id}>
      <CardContent sx={{ display: "grid", gap: 1.5, p: { xs: 2, sm: 2.5 }, "&:last-child": { pb: 2.5 } }}>
        <div>
          <Typography id={id} variant="h3" component="h2">
            {title}
          </Typography>
          {help && (
            <Typography variant="body2" color="textSecondary" sx={{ mt: 0.25, maxWidth: "70ch" }}>
              {help}
            </Typography>
          )}
        </div>
        {children}
      </CardContent>
    </Card>
  );
}
