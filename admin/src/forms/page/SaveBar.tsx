import MoreIcon from "@mui/icons-material/MoreVert";
import SaveIcon from "@mui/icons-material/SaveOutlined";
import {
  Button,
  CircularProgress,
  IconButton,
  Menu,
  MenuItem,
  Paper,
  Typography,
  useMediaQuery,
  useTheme,
} from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { useWatch } from "react-hook-form";

export interface More {
  label: string;
  isDangerous?: boolean;
  act(): void;
}

interface SaveBarProps {
  /** `clean` says that nothing is left to be saved. */
  labels: { save: string; andClose: string; clean?: string };
  /** Nothing can be saved; only what else can be done is shown. */
  isReadOnly?: boolean;
  isSaving: boolean;
  /** Whether anything has changed; asked whenever a value does. */
  isDirty(): boolean;
  onSave(): void;
  onSaveAndClose(): void;
  more: readonly More[];
}

/** What can be done with the form, always at hand at its lower end. */
export function SaveBar({ labels, isReadOnly, isSaving, isDirty, onSave, onSaveAndClose, more }: SaveBarProps) {
  const translate = useTranslate();
  const isNarrow = useMediaQuery(useTheme().breakpoints.down("sm"));
  useWatch();
  const isChanged = isDirty();
  // On a phone there is room for one button; the other goes to the rest.
  const all = isNarrow && !isReadOnly ? [{ label: labels.andClose, act: onSaveAndClose }, ...more] : more;
  const state = isSaving ? "saving" : isChanged ? "dirty" : null;
  if (isReadOnly && more.length === 0) return null;
  return (
    <Paper
      elevation={3}
      sx={{
        position: "sticky",
        bottom: { xs: 8, sm: 16 },
        zIndex: 5,
        p: 1,
        display: "flex",
        alignItems: "center",
        gap: 1,
        border: 1,
        borderColor: "divider",
      }}
    >
      {!isReadOnly && (
        <>
          <Button
            variant="contained"
            onClick={onSave}
            aria-disabled={isSaving}
            title={translate("forms.save.keys")}
            startIcon={isSaving ? <CircularProgress size={16} color="inherit" aria-hidden /> : <SaveIcon />}
          >
            {labels.save}
          </Button>
          {!isNarrow && (
            <Button onClick={onSaveAndClose} aria-disabled={isSaving}>
              {labels.andClose}
            </Button>
          )}
          <Typography
            role="status"
            variant="body2"
            color={isChanged ? "warning" : "textSecondary"}
            sx={{ ml: "auto", mr: 1, minWidth: 0, textAlign: "right", lineHeight: 1.3 }}
          >
            {state ? translate(`forms.save.${state}`) : labels.clean}
          </Typography>
        </>
      )}
      {all.length > 0 && <MoreMenu more={all} />}
    </Paper>
  );
}

function MoreMenu({ more }: { more: readonly More[] }) {
  const translate = useTranslate();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const label = translate("forms.save.more");
  return (
    <>
      <IconButton
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        onClick={(event) => setAnchor(event.currentTarget)}
        sx={{ ml: { xs: "auto", sm: 0 } }}
      >
        <MoreIcon />
      </IconButton>
      <Menu anchorEl={anchor} open={anchor !== null} onClose={() => setAnchor(null)}>
        {more.map(({ label: name, isDangerous, act }) => (
          <MenuItem
            key={name}
            sx={isDangerous ? { color: "error.main" } : undefined}
            onClick={() => {
              setAnchor(null);
              act();
            }}
          >
            {name}
          </MenuItem>
        ))}
      </Menu>
    </>
  );
}
