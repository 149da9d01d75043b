import { Box } from "@mui/material";
import { MONO } from "../../shell/theme";

/** Text with headings, lists and links. `html` has been through `clean`. */
export function Prose({ html }: { html: string }) {
  return (
    <Box
      // biome-ignore lint/security/noDangerouslySetInnerHtml: made by `clean`, which lets nothing through that runs
      dangerouslySetInnerHTML={{ __html: html }}
      sx={{
        typography: "body2",
        lineHeight: 1.65,
        overflowWrap: "anywhere",
        "& > :first-of-type": { mt: 0 },
        "& > :last-child": { mb: 0 },
        "& h1, & h2, & h3, & h4, & h5, & h6": { lineHeight: 1.3, mt: 2.5, mb: 1, fontWeight: 650 },
        "& h1": { fontSize: "1.5rem" },
        "& h2": { fontSize: "1.25rem" },
        "& h3": { fontSize: "1.1rem" },
        "& h4, & h5, & h6": { fontSize: "1rem" },
        "& a": { color: "primary.main" },
        "& img": { maxWidth: "100%", height: "auto", borderRadius: 1 },
        "& pre": {
          p: 1.5,
          bgcolor: "background.default",
          border: 1,
          borderColor: "divider",
          borderRadius: 1,
          overflowX: "auto",
        },
        "& code": { fontFamily: MONO, fontSize: "0.88em" },
        "& blockquote": { m: 0, my: 1.5, pl: 2, borderLeft: 3, borderColor: "divider", color: "text.secondary" },
        "& table": { borderCollapse: "collapse", display: "block", overflowX: "auto" },
        "& th, & td": { border: 1, borderColor: "divider", px: 1, py: 0.5 },
        "& hr": { border: 0, borderTop: 1, borderColor: "divider", my: 2 },
      }}
    />
  );
}
