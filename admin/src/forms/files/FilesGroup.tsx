import { Box, type BoxProps, FormHelperText, Stack, Typography } from "@mui/material";
import type { ReactNode } from "react";
import { Said } from "./UploadRows";

interface FilesGroupProps {
  id: string;
  label: string;
  hideLabel: boolean | undefined;
  isWrong: boolean;
  /** What stands below: what is wrong, or help. */
  under: string;
  /** What has just happened, for readers of screens. */
  said: string;
  /** What takes files that are dropped or pasted. */
  handlers: Pick<BoxProps, "onDragOver" | "onDragLeave" | "onDrop" | "onPaste">;
  children: ReactNode;
}

/** The frame of a field of files: its label above, what is to be said of it below. */
export function FilesGroup({ id, label, hideLabel, isWrong, under, said, handlers, children }: FilesGroupProps) {
  return (
    <Box role="group" id={id} tabIndex={-1} aria-labelledby={`${id}-label`} {...handlers}>
      <Typography
        id={`${id}-label`}
        variant="subtitle2"
        color={isWrong ? "error" : undefined}
        hidden={hideLabel}
        sx={{ mb: 0.75 }}
      >
        {label}
      </Typography>
      <Stack spacing={1}>{children}</Stack>
      <Said>{said}</Said>
      {under && <FormHelperText error={isWrong}>{under}</FormHelperText>}
    </Box>
  );
}
