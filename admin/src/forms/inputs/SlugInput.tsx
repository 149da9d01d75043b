import FollowIcon from "@mui/icons-material/Autorenew";
import { IconButton, InputAdornment, TextField, Tooltip } from "@mui/material";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { useFormContext, useWatch } from "react-hook-form";
import { slugOf } from "../model/slug";
import { type InputProps, useFormScope } from "../page/scope";
import { useField, useUnder } from "./useField";

/** A slug: as long as it has no value, the server will make it of another field, and what that will be is shown. */
export function SlugInput({ field, source, hideLabel }: InputProps) {
  const translate = useTranslate();
  const { value, change, id, fault, label } = useField(field, source);
  const [isTyping, setTyping] = useState(false);
  const origin = useOrigin(field.from);
  const written = typeof value === "string" ? value : "";
  const foretold = slugOf(origin.text, field.maxLength);
  const isFollowing = origin.label !== null && written === "" && !isTyping;
  const said = isFollowing
    ? translate(foretold === null ? "forms.slug.server" : "forms.slug.follows", { from: origin.label ?? "" })
    : null;
  const under = useUnder(field, fault, said);
  const follow = translate("forms.slug.follow", { from: origin.label ?? "" });
  return (
    <TextField
      id={id}
      label={hideLabel ? undefined : label}
      value={isFollowing ? (foretold ?? "") : written}
      onChange={(event) => {
        setTyping(true);
        change(event.target.value);
      }}
      onBlur={() => setTyping(false)}
      error={Boolean(fault)}
      helperText={under || undefined}
      placeholder={field.placeholder ?? undefined}
      fullWidth
      slotProps={{
        htmlInput: {
          "aria-label": hideLabel ? field.label : undefined,
          "data-following": isFollowing,
          autoCapitalize: "none",
          autoComplete: "off",
          spellCheck: false,
        },
        inputLabel: isFollowing && foretold === null ? {} : undefined,
        input: {
          sx: isFollowing ? { "& input": { color: "text.secondary", fontStyle: "italic" } } : undefined,
          endAdornment:
            origin.label !== null && !isFollowing ? (
              <InputAdornment position="end">
                <Tooltip title={follow}>
                  <IconButton
                    aria-label={follow}
                    edge="end"
                    size="small"
                    onClick={() => {
                      setTyping(false);
                      change(null);
                    }}
                  >
                    <FollowIcon fontSize="small" />
                  </IconButton>
                </Tooltip>
              </InputAdornment>
            ) : undefined,
        },
      }}
    />
  );
}

function useOrigin(from: string | null | undefined): { text: string; label: string | null } {
  const { collection } = useFormScope();
  const { control } = useFormContext();
  const text: unknown = useWatch({ control, name: from ?? "", disabled: !from });
  const field = collection.fields.find(({ name }) => name === from);
  return { text: typeof text === "string" ? text : "", label: from ? (field?.label ?? from) : null };
}
