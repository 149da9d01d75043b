import DownloadIcon from "@mui/icons-material/FileDownloadOutlined";
import { Box, IconButton, Stack, Tooltip, Typography } from "@mui/material";
import type { ReactNode } from "react";
import { useTranslate } from "react-admin";
import { useFormats } from "../../collections/values/formats";
import { addressOf, FilePreview } from "./FilePreview";
import { formatOf, kindOf, type StoredFile } from "./stored";

interface FileCardProps {
  file: StoredFile;
  /** What can be done to it beside saving it. */
  actions?: ReactNode;
  isWrong?: boolean;
}

/** A file with its name, what it is, and what can be done to it. */
export function FileCard({ file, actions, isWrong }: FileCardProps) {
  const translate = useTranslate();
  const formats = useFormats();
  const kind = kindOf(file.type);
  const isPlayer = kind === "audio" || kind === "video";
  const shape = file.width && file.height ? [`${file.width} × ${file.height}`] : [];
  const format = file.type === "application/octet-stream" ? [] : [formatOf(file.type)];
  const about = [...format, formats.bytes(file.size), ...shape].join(translate("forms.between"));
  return (
    <Stack
      direction={isPlayer ? { xs: "column", sm: "row" } : "row"}
      spacing={1.5}
      sx={{
        p: 1,
        border: 1,
        borderColor: isWrong ? "error.main" : "divider",
        borderRadius: 1,
        alignItems: isPlayer ? { xs: "stretch", sm: "center" } : "center",
        minWidth: 0,
      }}
    >
      <FilePreview key={file.id} file={file} />
      <Box sx={{ minWidth: 0, flex: 1 }}>
        <Typography variant="body2" sx={{ fontWeight: 500, overflowWrap: "anywhere" }}>
          {file.name}
        </Typography>
        <Typography variant="caption" color="textSecondary" component="div">
          {about}
        </Typography>
        <Stack direction="row" useFlexGap sx={{ mt: 0.5, ml: -0.75, flexWrap: "wrap", alignItems: "center" }}>
          <Tooltip title={translate("files.download")}>
            <IconButton
              size="small"
              component="a"
              href={addressOf(file, true)}
              download={file.name}
              aria-label={translate("files.downloadOf", { name: file.name })}
            >
              <DownloadIcon fontSize="small" />
            </IconButton>
          </Tooltip>
          {actions}
        </Stack>
      </Box>
    </Stack>
  );
}
