import Add from "@mui/icons-material/Add";
import Bookmark from "@mui/icons-material/BookmarkBorder";
import Delete from "@mui/icons-material/DeleteOutlined";
import Edit from "@mui/icons-material/EditOutlined";
import Star from "@mui/icons-material/Star";
import StarBorder from "@mui/icons-material/StarBorder";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Divider from "@mui/material/Divider";
import IconButton from "@mui/material/IconButton";
import Popover from "@mui/material/Popover";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { type ReactNode, useState } from "react";
import { useTranslate } from "react-admin";
import type { Collection } from "../../server/description";
import type { View } from "../model/views";
import { ToolButton } from "../ToolButton";
import type { Columns } from "../useColumns";
import { NameDialog } from "./NameDialog";
import { useViews, type Views } from "./useViews";

/** The saved views of a list: show one, save what is shown, rename, delete, choose what the list begins with. */
export function ViewsButton({ collection, columns }: { collection: Collection; columns: Columns }) {
  const translate = useTranslate();
  const views = useViews(collection, columns);
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const [naming, setNaming] = useState<View | "new" | null>(null);
  const title = translate("collections.views.title");
  const close = () => setAnchor(null);
  return (
    <>
      <ToolButton
        label={views.current?.name ?? title}
        icon={<Bookmark fontSize="small" />}
        hasPopup="dialog"
        onClick={setAnchor}
      />
      <Popover
        open={anchor !== null}
        anchorEl={anchor}
        onClose={close}
        anchorOrigin={{ vertical: "bottom", horizontal: "right" }}
        transformOrigin={{ vertical: "top", horizontal: "right" }}
        slotProps={{ paper: { role: "dialog", "aria-label": title, sx: { border: 1, borderColor: "divider" } } }}
      >
        <Box sx={{ p: 1, width: 340, maxWidth: "90vw" }}>
          {views.all.length === 0 && (
            <Typography variant="body2" sx={{ p: 1, color: "text.secondary" }}>
              {translate("collections.views.none")}
            </Typography>
          )}
          {views.all.map((view) => (
            <Row key={view.name} view={view} views={views} onShown={close} onRename={() => setNaming(view)} />
          ))}
          <Divider sx={{ my: 1 }} />
          <Button startIcon={<Add />} onClick={() => setNaming("new")}>
            {translate("collections.views.save")}
          </Button>
        </Box>
      </Popover>
      {naming !== null && (
        <NameDialog
          name={naming === "new" ? "" : naming.name}
          taken={views.all.map((view) => view.name)}
          onClose={() => setNaming(null)}
          onName={(name) => (naming === "new" ? views.save(name) : views.rename(naming.name, name))}
        />
      )}
    </>
  );
}

interface RowProps {
  view: View;
  views: Views;
  onShown(): void;
  onRename(): void;
}

function Row({ view, views, onShown, onRename }: RowProps) {
  const translate = useTranslate();
  const { name, isDefault } = view;
  const show = () => {
    views.show(view);
    onShown();
  };
  return (
    <Box sx={{ display: "flex", alignItems: "center" }}>
      <Button
        color="inherit"
        onClick={show}
        aria-current={views.current?.name === name || undefined}
        sx={{ flex: 1, minWidth: 0, justifyContent: "start", textAlign: "start", overflowWrap: "anywhere" }}
      >
        {name}
      </Button>
      <Act
        label={translate("collections.views.default", { name })}
        isOn={isDefault}
        onClick={() => views.begin(isDefault ? null : name)}
      >
        {isDefault ? <Star fontSize="small" color="primary" /> : <StarBorder fontSize="small" />}
      </Act>
      <Act label={translate("collections.views.rename", { name })} onClick={onRename}>
        <Edit fontSize="small" />
      </Act>
      <Act label={translate("collections.views.delete", { name })} onClick={() => views.remove(name)}>
        <Delete fontSize="small" />
      </Act>
    </Box>
  );
}

function Act({
  label,
  isOn,
  onClick,
  children,
}: {
  label: string;
  isOn?: boolean;
  onClick(): void;
  children: ReactNode;
}) {
  return (
    <Tooltip title={label}>
      <IconButton size="small" aria-label={label} aria-pressed={isOn} onClick={onClick}>
        {children}
      </IconButton>
    </Tooltip>
  );
}
