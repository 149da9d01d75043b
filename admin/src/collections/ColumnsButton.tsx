import ArrowDownward from "@mui/icons-material/ArrowDownward";
import ArrowUpward from "@mui/icons-material/ArrowUpward";
import ViewColumn from "@mui/icons-material/ViewColumnOutlined";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Checkbox from "@mui/material/Checkbox";
import FormControlLabel from "@mui/material/FormControlLabel";
import IconButton from "@mui/material/IconButton";
import Popover from "@mui/material/Popover";
import { type ReactNode, useState } from "react";
import { useTranslate } from "react-admin";
import { ToolButton } from "./ToolButton";
import type { Columns } from "./useColumns";

/** Which columns a table has, and in what order. */
export function ColumnsButton({ columns }: { columns: Columns }) {
  const translate = useTranslate();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  return (
    <>
      <ToolButton
        label={translate("collections.columns.title")}
        icon={<ViewColumn fontSize="small" />}
        hasPopup="dialog"
        onClick={setAnchor}
      />
      <Popover
        open={anchor !== null}
        anchorEl={anchor}
        onClose={() => setAnchor(null)}
        anchorOrigin={{ vertical: "bottom", horizontal: "right" }}
        transformOrigin={{ vertical: "top", horizontal: "right" }}
        slotProps={{
          paper: {
            role: "dialog",
            "aria-label": translate("collections.columns.title"),
            sx: { border: 1, borderColor: "divider" },
          },
        }}
      >
        <Choices columns={columns} />
      </Popover>
    </>
  );
}

function Choices({ columns: { all, shown, chosen, choose } }: { columns: Columns }) {
  const translate = useTranslate();
  const paths = shown.map((column) => column.path);
  const hidden = all.filter((column) => !paths.includes(column.path));
  const move = (from: number, to: number) => choose(paths.toSpliced(from, 1).toSpliced(to, 0, paths[from] ?? ""));
  return (
    <Box sx={{ p: 1.5, width: 320, maxWidth: "90vw", maxHeight: "60vh", overflowY: "auto" }}>
      {/* One list, so that what has the focus keeps it on its way from one part to the other. */}
      {[...shown, ...hidden].map(({ path, label }, index) => {
        const isShown = index < shown.length;
        return (
          <Box key={path} sx={{ display: "flex", alignItems: "center" }}>
            <Choice
              label={label}
              isShown={isShown}
              isDisabled={isShown && shown.length === 1}
              onChange={() => choose(isShown ? paths.filter((one) => one !== path) : [...paths, path])}
            />
            {isShown && (
              <>
                <Move
                  label={translate("collections.columns.up", { name: label })}
                  icon={<ArrowUpward fontSize="inherit" />}
                  isOff={index === 0}
                  onMove={() => move(index, index - 1)}
                />
                <Move
                  label={translate("collections.columns.down", { name: label })}
                  icon={<ArrowDownward fontSize="inherit" />}
                  isOff={index === shown.length - 1}
                  onMove={() => move(index, index + 1)}
                />
              </>
            )}
          </Box>
        );
      })}
      <Button size="small" disabled={chosen === null} onClick={() => choose(null)} sx={{ mt: 1 }}>
        {translate("collections.columns.reset")}
      </Button>
    </Box>
  );
}

interface MoveProps {
  label: string;
  icon: ReactNode;
  isOff: boolean;
  onMove(): void;
}

/** Not `disabled` where it leads nowhere: it would lose the focus when its column comes to the end. */
function Move({ label, icon, isOff, onMove }: MoveProps) {
  return (
    <IconButton
      size="small"
      aria-label={label}
      aria-disabled={isOff}
      onClick={() => !isOff && onMove()}
      sx={isOff ? { opacity: 0.35 } : undefined}
    >
      {icon}
    </IconButton>
  );
}

interface ChoiceProps {
  label: string;
  isShown: boolean;
  isDisabled: boolean;
  onChange(): void;
}

function Choice({ label, isShown, isDisabled, onChange }: ChoiceProps) {
  return (
    <FormControlLabel
      control={<Checkbox size="small" checked={isShown} disabled={isDisabled} onChange={onChange} sx={{ py: 0.5 }} />}
      label={label}
      sx={{
        flex: 1,
        mr: 0,
        display: "flex",
        minWidth: 0,
        "& .MuiFormControlLabel-label": { overflowWrap: "anywhere" },
      }}
    />
  );
}
