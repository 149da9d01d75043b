import { Alert, Box, FormHelperText, Tab, Tabs, Typography } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { useCount } from "../inputs/useCount";
import { useField, useUnder } from "../inputs/useField";
import { Source } from "../markdown/Source";
import { longest } from "../model/check";
import type { InputProps } from "../page/scope";
import { losesNothing } from "./fidelity";
import RichText from "./RichText";
import { Visual } from "./Visual";

type View = "visual" | "source" | "preview";

/** HTML: written as it will look, or as it is. What the visual editor would drop is opened as it is, and said. */
export default function RichTextInput({ field, source, hideLabel }: InputProps) {
  const translate = useTranslate();
  const { value, change, id, fault, label } = useField(field, source);
  const text = typeof value === "string" ? value : "";
  const [isFaithful, setFaithful] = useState(() => losesNothing(text));
  const [view, setView] = useState<View>(isFaithful ? "visual" : "source");
  const under = useUnder(field, fault, useCount(text, longest(field)));
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
      <Box
        sx={{
          border: 1,
          borderColor: fault ? "error.main" : "divider",
          borderRadius: 1,
          bgcolor: "background.paper",
          overflow: "hidden",
        }}
      >
        <Tabs
          value={view}
          onChange={(_event, next: View) => choose(next)}
          aria-label={translate("forms.editor.views")}
          sx={{ minHeight: 36, borderBottom: 1, borderColor: "divider" }}
        >
          {(["visual", "source", "preview"] as const).map((one) => (
            <Tab
              key={one}
              value={one}
              label={translate(`forms.richtext.${one}`)}
              sx={{ minHeight: 36, minWidth: 0, px: 1.5, py: 0 }}
            />
          ))}
        </Tabs>
        {view === "visual" && !isFaithful && (
          <Alert severity="warning" sx={{ borderRadius: 0 }}>
            {translate("forms.richtext.loses")}
          </Alert>
        )}
        {view === "visual" && (
          <Visual id={id} html={text} onChange={change} label={field.label} isWrong={Boolean(fault)} />
        )}
        {view === "source" && (
          <Source
            id={id}
            text={text}
            onChange={change}
            isWrong={Boolean(fault)}
            isRequired={Boolean(field.required)}
            label={field.label}
          />
        )}
        {view === "preview" && (
          <Box role="region" aria-label={translate("forms.editor.preview")} tabIndex={0} sx={{ p: 2, minHeight: 160 }}>
            <RichText text={text} />
          </Box>
        )}
      </Box>
      {under && <FormHelperText error={Boolean(fault)}>{under}</FormHelperText>}
    </Box>
  );
}
