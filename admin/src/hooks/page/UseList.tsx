import Box from "@mui/material/Box";
import Card from "@mui/material/Card";
import CardContent from "@mui/material/CardContent";
import Link from "@mui/material/Link";
import Typography from "@mui/material/Typography";
import { useTranslate } from "react-admin";
import { Link as RouterLink } from "react-router-dom";
import { placeOf, type Use } from "../records";

/** Where the YAML names a function, line by line. */
export function UseList({ uses }: { uses: Use[] }) {
  const translate = useTranslate();
  return (
    <Card component="section" aria-labelledby="uses-title">
      <CardContent>
        <Typography id="uses-title" variant="h3" component="h2">
          {translate("hooks.page.uses")}
        </Typography>
        <Box component="ul" sx={{ listStyle: "none", m: 0, mt: 1, p: 0, display: "grid", gap: 1 }}>
          {uses.map((use) => (
            <Box component="li" key={`${use.kind} ${use.name} ${use.point}`} sx={{ overflowWrap: "anywhere" }}>
              {translate(`hooks.kind.${use.kind}`)}{" "}
              <Link component={RouterLink} to={placeOf(use)} sx={{ fontWeight: 600 }}>
                {use.name}
              </Link>
              {" · "}
              {use.kind === "job" ? translate(`hooks.point.${use.point}`) : <code>{use.point}</code>}
              <Box sx={{ color: "text.secondary", fontSize: "0.85rem" }}>
                <code>
                  {use.file}:{use.line}
                </code>
              </Box>
            </Box>
          ))}
        </Box>
      </CardContent>
    </Card>
  );
}
