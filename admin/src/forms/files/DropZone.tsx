import UploadIcon from "@mui/icons-material/UploadFileOutlined";
import { Box, Button, type ButtonProps, Stack, Typography } from "@mui/material";
import { type ClipboardEvent, type DragEvent, type ReactNode, type RefObject, useRef, useState } from "react";
import { useTranslate } from "react-admin";

interface Taking {
  accept?: readonly string[] | null;
  isMany: boolean;
  onFiles(files: readonly File[]): void;
}

/** What makes a part of the page take files that are dropped on it or pasted into it. */
export function useDrop({ isMany, onFiles }: Omit<Taking, "accept">) {
  const [isOver, setOver] = useState(false);
  const take = (files: FileList | undefined) => {
    const found = [...(files ?? [])];
    if (found.length > 0) onFiles(isMany ? found : found.slice(0, 1));
    return found.length > 0;
  };
  return {
    isOver,
    handlers: {
      onDragOver: (event: DragEvent) => {
        if (!event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = "copy";
        setOver(true);
      },
      onDragLeave: (event: DragEvent) => {
        if (!(event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget))) setOver(false);
      },
      onDrop: (event: DragEvent) => {
        setOver(false);
        if (!event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        event.stopPropagation();
        take(event.dataTransfer.files);
      },
      onPaste: (event: ClipboardEvent) => {
        if (take(event.clipboardData.files)) event.preventDefault();
      },
    },
  };
}

interface BrowseProps extends Taking {
  children: ReactNode;
  button?: RefObject<HTMLButtonElement | null>;
  look?: Pick<ButtonProps, "variant" | "size" | "startIcon" | "aria-label" | "aria-describedby">;
}

/** A button that lets people choose files on their device. */
export function Browse({ accept, isMany, onFiles, children, button, look }: BrowseProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button ref={button} size="small" {...look} onClick={() => input.current?.click()}>
        {children}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        tabIndex={-1}
        accept={accept?.join(",")}
        multiple={isMany}
        onChange={(event) => {
          const chosen = [...(event.target.files ?? [])];
          event.target.value = ""; // or the same file could not be chosen again
          if (chosen.length > 0) onFiles(chosen);
        }}
      />
    </>
  );
}

/** Nothing can be dropped where there is only a finger. */
const TOUCHED = { "@media (hover: none)": { display: "none" } };

interface DropZoneProps extends Taking {
  label: string;
  /** What is taken, in words. */
  limits: string;
  isWrong: boolean;
  isOver: boolean;
  button: RefObject<HTMLButtonElement | null>;
  describedBy: string;
}

/** An empty place for a file: drop one, paste one, or choose one. */
export function DropZone({ label, limits, isWrong, isOver, button, describedBy, ...taking }: DropZoneProps) {
  const translate = useTranslate();
  return (
    <Stack
      direction={{ xs: "column", sm: "row" }}
      spacing={1.5}
      sx={{
        px: 2,
        py: 1.5,
        alignItems: "center",
        border: "1px dashed",
        borderColor: isWrong ? "error.main" : isOver ? "primary.main" : "text.disabled",
        borderRadius: 1,
        bgcolor: isOver ? "action.selected" : undefined,
        textAlign: { xs: "center", sm: "start" },
      }}
    >
      <UploadIcon color={isOver ? "primary" : "action"} aria-hidden />
      <Box sx={{ flex: 1, minWidth: 0 }}>
        <Typography variant="body2" sx={TOUCHED}>
          {translate(taking.isMany ? "files.dropMany" : "files.drop")}
        </Typography>
        <Typography variant="caption" color="textSecondary" id={describedBy}>
          {limits}
        </Typography>
      </Box>
      <Browse
        {...taking}
        button={button}
        look={{
          variant: "outlined",
          "aria-label": translate(taking.isMany ? "files.chooseManyFor" : "files.chooseFor", { label }),
          "aria-describedby": describedBy,
        }}
      >
        {translate(taking.isMany ? "files.chooseMany" : "files.choose")}
      </Browse>
    </Stack>
  );
}
