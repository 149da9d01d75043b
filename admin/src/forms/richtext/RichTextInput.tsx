import { Alert, Box, FormHelperText, Typography } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { useCount } from "../inputs/useCount";
import { useField, useUnder } from "../inputs/useField";
import { EditorFrame } from "../markdown/EditorFrame";
import { Source } from "../markdown/Source";
import { ViewTabs } from "../markdown/ViewTabs";
import { longest } from "../model/check";
import type { InputProps } from "../page/scope";
import { losesNothing } from "./fidelity";
import RichText from "./RichText";
import { Visual } from "./Visual";

type View = "visual" | "source" | "preview";

const VIEWS = ["visual", "source", "preview"] as const;

/** HTML: written as it will look, or as it is. What the visual editor would drop is opened as it is, and said. */
export default function RichTextInput({ field, source, hideLabel }: InputProps) {
  const translate = useTranslate();
  const { value, change, id, fault, label } = useField(field, source);
  const text = typeof value === "string" ? value : "";
  const [isFaithful, setFaithful] = useState(() => losesNothing(text));
  const [view, setView] = useState<View>(isFaithful ? "visual" : "source");
  const isWrong = Boolean(fault);
  const under = useUnder(field, fault, useCount(text, longest(field)));
  const describedBy = under ? `${id}-under` : undefined;
  const choose = (next: View) => {
    if (next === "visual") setFaithful(losesNothing(text));
    setView(next);
  };
  return (
    <Box>
      <Typography
        id={`${id}-label`}
        variant="subtitle2"
        hidden={hideLabel}
        color={fault ? "error" : "textSecondary"}
        sx={{ mb: 0.5 }}
      >
        {label}
      </Typography>
      <EditorFrame isWrong={isWrong}>
        <ViewTabs view={view} views={VIEWS} texts="forms.richtext" hasEdge onChange={choose} />
        {view === "visual" && !isFaithful && (
          <Alert severity="warning" sx={{ borderRadius: 0 }}>
            {translate("forms.richtext.loses")}
          </Alert>
        )}
        {view === "visual" && (
          <Visual
            id={id}
            html={text}
            onChange={change}
            label={field.label}
            isWrong={isWrong}
            isRequired={Boolean(field.required)}
            describedBy={describedBy}
          />
        )}
        {view === "source" && (
          <Source
            id={id}
            text={text}
            onChange={change}
            isWrong={isWrong}
            isRequired={Boolean(field.required)}
            describedBy={describedBy}
            label={field.label}
          />
        )}
        {view === "preview" && (
          <Box role="region" aria-label={translate("forms.editor.preview")} tabIndex={0} sx={{ p: 2, minHeight: 160 }}>
            <RichText text={text} />
          </Box>
        )}
      </EditorFrame>
      {under && (
        <FormHelperText id={`${id}-under`} error={isWrong}>
          {under}
        </FormHelperText>
      )}
    </Box>
  );
}
