import { Box, FormHelperText, InputLabel, useMediaQuery, useTheme } from "@mui/material";
import { useDeferredValue, useState } from "react";
import { useTranslate } from "react-admin";
import { useCount } from "../inputs/useCount";
import { useField, useUnder } from "../inputs/useField";
import { longest } from "../model/check";
import type { InputProps } from "../page/scope";
import { EditorBar } from "./EditorBar";
import { EditorFrame } from "./EditorFrame";
import Markdown from "./Markdown";
import { Source } from "./Source";
import { useEditor } from "./useEditor";
import { ViewTabs } from "./ViewTabs";

type View = "write" | "preview" | "both";

const NARROW = ["write", "preview"] as const;
const WIDE = [...NARROW, "both"] as const;

/** A Markdown text: written, read, or both side by side where there is room. */
export default function MarkdownInput({ field, source, hideLabel }: InputProps) {
  const translate = useTranslate();
  const { value, change, id, fault, label } = useField(field, source);
  const [chosen, setView] = useState<View>("write");
  const isWide = useMediaQuery(useTheme().breakpoints.up("lg"));
  const view = chosen === "both" && !isWide ? "write" : chosen;
  const text = typeof value === "string" ? value : "";
  const { area, actions, onKeyDown } = useEditor(change);
  const under = useUnder(field, fault, useCount(text, longest(field)));
  return (
    <Box>
      {!hideLabel && (
        <InputLabel
          htmlFor={id}
          shrink
          error={Boolean(fault)}
          sx={{
            position: "static",
            transform: "none",
            typography: "subtitle2",
            mb: 0.75,
            "&:not(.Mui-error)": { color: "text.primary" },
          }}
        >
          {label}
        </InputLabel>
      )}
      <EditorFrame isWrong={Boolean(fault)}>
        <Box
          sx={{
            display: "flex",
            flexWrap: "wrap",
            alignItems: "center",
            justifyContent: "space-between",
            borderBottom: 1,
            borderColor: "divider",
            px: 0.5,
          }}
        >
          <EditorBar
            label={translate("forms.editor.bar", { field: field.label })}
            actions={actions}
            disabled={view === "preview"}
          />
          <ViewTabs<View> view={view} views={isWide ? WIDE : NARROW} texts="forms.editor" onChange={setView} />
        </Box>
        <Box
          sx={{
            display: "grid",
            gridTemplateColumns: view === "both" ? "minmax(0, 1fr) minmax(0, 1fr)" : "minmax(0, 1fr)",
          }}
        >
          {view !== "preview" && (
            <Source
              ref={area}
              id={id}
              text={text}
              onChange={change}
              onKeyDown={onKeyDown}
              placeholder={field.placeholder ?? undefined}
              isWrong={Boolean(fault)}
              isRequired={Boolean(field.required)}
              describedBy={under ? `${id}-under` : undefined}
              label={hideLabel ? field.label : undefined}
            />
          )}
          {view !== "write" && <Preview text={text} hasEdge={view === "both"} />}
        </Box>
      </EditorFrame>
      {under && (
        <FormHelperText id={`${id}-under`} error={Boolean(fault)}>
          {under}
        </FormHelperText>
      )}
    </Box>
  );
}

function Preview({ text, hasEdge }: { text: string; hasEdge: boolean }) {
  const translate = useTranslate();
  const settled = useDeferredValue(text);
  return (
    <Box
      role="region"
      aria-label={translate("forms.editor.preview")}
      tabIndex={0}
      sx={{
        p: 2,
        minHeight: 200,
        maxHeight: "70vh",
        overflow: "auto",
        borderLeft: hasEdge ? 1 : 0,
        borderColor: "divider",
      }}
    >
      {settled.trim() === "" ? (
        <Box sx={{ color: "text.secondary" }}>{translate("forms.editor.nothing")}</Box>
      ) : (
        <Markdown text={settled} />
      )}
    </Box>
  );
}
