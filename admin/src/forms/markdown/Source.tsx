import { TextareaAutosize } from "@mui/material";
import { styled } from "@mui/material/styles";
import type { KeyboardEvent, Ref } from "react";
import { MONO } from "../../shell/theme";

interface SourceProps {
  ref?: Ref<HTMLTextAreaElement>;
  id: string;
  text: string;
  onChange(text: string): void;
  onKeyDown?: (event: KeyboardEvent<HTMLTextAreaElement>) => void;
  placeholder?: string;
  isWrong: boolean;
  isRequired: boolean;
  describedBy?: string;
  label?: string;
}

const Area = styled(TextareaAutosize)(({ theme }) => ({
  display: "block",
  width: "100%",
  maxHeight: "70vh",
  overflow: "auto !important",
  resize: "vertical",
  border: 0,
  padding: theme.spacing(2),
  background: "transparent",
  color: theme.palette.text.primary,
  fontFamily: MONO,
  fontSize: "0.875rem",
  lineHeight: 1.6,
  "&:focus-visible": { outlineOffset: -2 },
}));

/** The text of an editor as it is stored. */
export function Source({
  ref,
  id,
  text,
  onChange,
  onKeyDown,
  placeholder,
  isWrong,
  isRequired,
  describedBy,
  label,
}: SourceProps) {
  return (
    <Area
      ref={ref}
      id={id}
      value={text}
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={onKeyDown}
      placeholder={placeholder}
      minRows={8}
      maxRows={30}
      aria-invalid={isWrong || undefined}
      aria-required={isRequired || undefined}
      aria-describedby={describedBy}
      aria-label={label}
    />
  );
}
