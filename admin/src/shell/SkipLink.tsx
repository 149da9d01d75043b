import Button from "@mui/material/Button";
import { useTranslate } from "react-admin";

/** The first thing that the Tab key reaches: past the menu, to the content. */
export function SkipLink({ to }: { to: string }) {
  const translate = useTranslate();
  return (
    <Button
      variant="contained"
      onClick={() => document.getElementById(to)?.focus()}
      sx={{
        position: "fixed",
        top: 8,
        left: 8,
        zIndex: "tooltip",
        "&:not(:focus)": { clipPath: "inset(50%)", width: 1, height: 1, overflow: "hidden", p: 0, minWidth: 0 },
      }}
    >
      {translate("shell.skip")}
    </Button>
  );
}
