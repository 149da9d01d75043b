import CancelIcon from "@mui/icons-material/Close";
import ErrorIcon from "@mui/icons-material/ErrorOutlined";
import { Box, IconButton, LinearProgress, Stack, Tooltip, Typography } from "@mui/material";
import { visuallyHidden } from "@mui/utils";
import { useTranslate } from "react-admin";
import type { Uploads } from "./useUploads";

/** Files on their way, each with its progress, and those that were refused, with the reason. */
export function UploadRows({ uploads, cancel }: Pick<Uploads, "uploads" | "cancel">) {
  const translate = useTranslate();
  return (
    <>
      {uploads.map(({ key, name, part, fault }) => (
        <Stack
          key={key}
          direction="row"
          spacing={1.5}
          role="group"
          aria-label={name}
          sx={{
            p: 1,
            pl: 1.5,
            alignItems: "center",
            border: 1,
            borderColor: fault ? "error.main" : "divider",
            borderRadius: 1,
          }}
        >
          {fault && <ErrorIcon color="error" fontSize="small" aria-hidden />}
          <Box sx={{ flex: 1, minWidth: 0 }}>
            <Typography variant="body2" sx={{ overflowWrap: "anywhere" }}>
              {name}
            </Typography>
            {fault ? (
              <Typography variant="caption" color="error" component="p" role="alert">
                {fault}
              </Typography>
            ) : (
              <LinearProgress
                variant={part === null ? "indeterminate" : "determinate"}
                value={part === null ? undefined : Math.round(part * 100)}
                aria-label={translate("files.progress", { name })}
                sx={{ mt: 0.75 }}
              />
            )}
          </Box>
          <Tooltip title={translate(fault ? "files.dismiss" : "files.cancel")}>
            <IconButton
              size="small"
              aria-label={translate(fault ? "files.dismissOf" : "files.cancelOf", { name })}
              onClick={() => cancel(key)}
            >
              <CancelIcon fontSize="small" />
            </IconButton>
          </Tooltip>
        </Stack>
      ))}
    </>
  );
}

/** What has just happened, told to readers of screens. */
export function Said({ children }: { children: string }) {
  return (
    <Box sx={visuallyHidden} aria-live="polite">
      {children}
    </Box>
  );
}
