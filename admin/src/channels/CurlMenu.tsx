import TerminalIcon from "@mui/icons-material/Terminal";
import Button from "@mui/material/Button";
import ListItemText from "@mui/material/ListItemText";
import Menu from "@mui/material/Menu";
import MenuItem from "@mui/material/MenuItem";
import Typography from "@mui/material/Typography";
import { useId, useState } from "react";
import { useTranslate } from "react-admin";
import { MONO } from "../shell/theme";
import { useCopy } from "../shell/useCopy";

interface Command {
  /** Its text is `channels.curl.{key}`. */
  key: string;
  text: string;
}

/** A button that copies commands for a shell. */
export function CurlMenu({ commands }: { commands: Command[] }) {
  const translate = useTranslate();
  const copy = useCopy();
  const id = useId();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  return (
    <>
      <Button
        size="small"
        startIcon={<TerminalIcon />}
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        aria-controls={anchor ? id : undefined}
        onClick={(event) => setAnchor(event.currentTarget)}
      >
        {translate("channels.curl.open")}
      </Button>
      <Menu id={id} anchorEl={anchor} open={anchor !== null} onClose={() => setAnchor(null)}>
        {commands.map(({ key, text }) => (
          <MenuItem
            key={key}
            onClick={() => {
              setAnchor(null);
              void copy(text);
            }}
            sx={{ maxWidth: 560 }}
          >
            <ListItemText
              primary={translate(`channels.curl.${key}`)}
              secondary={text}
              slotProps={{ secondary: { noWrap: true, sx: { fontFamily: MONO, fontSize: "0.75rem" } } }}
            />
          </MenuItem>
        ))}
        <Typography component="li" variant="caption" color="textSecondary" role="none" sx={{ px: 2, display: "block" }}>
          {translate("channels.curl.token")}
        </Typography>
      </Menu>
    </>
  );
}
