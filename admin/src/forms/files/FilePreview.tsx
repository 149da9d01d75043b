import ArchiveIcon from "@mui/icons-material/FolderZipOutlined";
import FileIcon from "@mui/icons-material/InsertDriveFileOutlined";
import PdfIcon from "@mui/icons-material/PictureAsPdfOutlined";
import { Box } from "@mui/material";
import type { SxProps, Theme } from "@mui/material/styles";
import { type ReactNode, useState } from "react";
import { useTranslate } from "react-admin";
import { api } from "../../server/api";
import { kindOf, type StoredFile } from "./stored";

/** Where a file is read, or saved with `isDownload`. */
export function addressOf(file: StoredFile, isDownload = false): string {
  return api.url(`_files/${encodeURIComponent(file.id)}`, isDownload ? { download: "" } : {});
}

/** A file to look at or listen to: a picture, a player, or a sign of what it is. */
export function FilePreview({ file }: { file: StoredFile }) {
  const translate = useTranslate();
  const [isLost, setLost] = useState(false);
  const kind = isLost ? "other" : kindOf(file.type);
  const onError = () => setLost(true);
  const source = addressOf(file);
  switch (kind) {
    case "image":
      return (
        <Box
          component="a"
          href={source}
          target="_blank"
          rel="noopener noreferrer"
          aria-label={translate("files.open", { name: file.name })}
          sx={{ ...FRAME, ...CHECKED }}
        >
          <Box
            component="img"
            src={source}
            alt={file.name}
            width={file.width}
            height={file.height}
            loading="lazy"
            onError={onError}
            sx={{ width: "100%", height: "100%", objectFit: "contain", display: "block" }}
          />
        </Box>
      );
    case "audio":
      return (
        // biome-ignore lint/a11y/useMediaCaption: what people upload comes without captions
        <audio controls preload="metadata" src={source} aria-label={file.name} onError={onError} style={PLAYER} />
      );
    case "video":
      return (
        // biome-ignore lint/a11y/useMediaCaption: what people upload comes without captions
        <video controls preload="metadata" src={source} aria-label={file.name} onError={onError} style={FILM} />
      );
    case "pdf":
      return (
        <Box
          component="a"
          href={source}
          target="_blank"
          rel="noopener noreferrer"
          aria-label={translate("files.open", { name: file.name })}
          sx={{ ...FRAME, color: "error.main" }}
        >
          <PdfIcon fontSize="large" />
        </Box>
      );
    default:
      return (
        <Sign>
          {/zip|tar|compressed/.test(file.type) ? <ArchiveIcon fontSize="large" /> : <FileIcon fontSize="large" />}
        </Sign>
      );
  }
}

function Sign({ children }: { children: ReactNode }) {
  return (
    <Box aria-hidden sx={{ ...FRAME, color: "text.secondary" }}>
      {children}
    </Box>
  );
}

const FRAME = {
  width: { xs: 84, sm: 132 },
  height: { xs: 84, sm: 100 },
  flexShrink: 0,
  display: "flex",
  alignItems: "center",
  justifyContent: "center",
  borderRadius: 1,
  overflow: "hidden",
  bgcolor: "action.hover",
} satisfies SxProps<Theme>;

/** What shows through where a picture is transparent. */
const CHECKED = {
  backgroundImage: "repeating-conic-gradient(rgba(128,128,128,0.16) 0 25%, transparent 0 50%)",
  backgroundSize: "16px 16px",
};

const PLAYER = { width: "min(100%, 320px)" } as const;
const FILM = { width: "min(100%, 320px)", maxHeight: 200, borderRadius: 4 } as const;
