import { Box, Typography } from "@mui/material";
import { lazy, Suspense } from "react";
import { Value } from "../../collections/values/Value";
import type { Field } from "../../server/description";
import { MONO } from "../../shell/theme";
import { isObject } from "../model/place";
import { isBlank } from "../model/same";

const Markdown = lazy(() => import("../markdown/Markdown"));
const RichText = lazy(() => import("../richtext/RichText"));

interface ReadValueProps {
  field: Field;
  value: unknown;
}

/** A value to be read, whole. */
export function ReadValue({ field, value }: ReadValueProps) {
  if (field.type !== "json" && isBlank(value)) return <Value field={field} value={null} />;
  if (field.type === "array" && Array.isArray(value)) return <ReadList items={field.items} values={value} />;
  if (field.type === "multiselect" && Array.isArray(value))
    return <ReadList items={{ ...field, type: "select" }} values={value} />;
  if (field.type === "geo") return <ReadText text={placeOf(value)} />;
  if (field.type === "object" && isObject(value)) return <ReadMembers fields={field.fields ?? []} value={value} />;
  if (field.type === "json") return <ReadJson value={value} />;
  if (typeof value !== "string") return <Value field={field} value={value} />;
  if (field.type === "markdown" || field.type === "richtext") {
    const Rendered = field.type === "markdown" ? Markdown : RichText;
    return (
      <Suspense fallback={<ReadText text={value} />}>
        <Rendered text={value} />
      </Suspense>
    );
  }
  return field.type === "text" || field.type === "string" ? (
    <ReadText text={value} />
  ) : (
    <Value field={field} value={value} />
  );
}

/** Latitude and longitude, as maps write them. */
function placeOf(value: unknown): string {
  const [longitude, latitude] = isObject(value) && Array.isArray(value.coordinates) ? value.coordinates : [];
  return `${latitude}, ${longitude}`;
}

function ReadText({ text }: { text: string }) {
  return <Typography sx={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere", typography: "body2" }}>{text}</Typography>;
}

function ReadJson({ value }: { value: unknown }) {
  return (
    <Box
      component="pre"
      sx={{ m: 0, fontFamily: MONO, fontSize: "0.85rem", whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}
    >
      {JSON.stringify(value ?? null, null, 2)}
    </Box>
  );
}

function ReadList({ items, values }: { items: Field | null | undefined; values: readonly unknown[] }) {
  const field: Field = items ?? { name: "item", type: "json", label: "" };
  const isShort = !["object", "array", "json", "text", "markdown", "richtext"].includes(field.type);
  return (
    <Box
      component="ul"
      sx={{
        m: 0,
        p: 0,
        listStyle: "none",
        display: "flex",
        flexWrap: "wrap",
        flexDirection: isShort ? "row" : "column",
        gap: 1,
        columnGap: 2,
      }}
    >
      {values.map((value, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a value may stand twice in a list, and its place says which
        <Box component="li" key={index} sx={isShort ? undefined : { borderLeft: 2, borderColor: "divider", pl: 1.5 }}>
          <ReadValue field={field} value={value} />
        </Box>
      ))}
    </Box>
  );
}

function ReadMembers({ fields, value }: { fields: readonly Field[]; value: Record<string, unknown> }) {
  return (
    <Box component="dl" sx={{ m: 0, display: "grid", gap: 0.5 }}>
      {fields.map((field) => (
        <Box key={field.name}>
          <Typography component="dt" variant="caption" color="textSecondary">
            {field.label}
          </Typography>
          <Box component="dd" sx={{ m: 0 }}>
            <ReadValue field={field} value={value[field.name]} />
          </Box>
        </Box>
      ))}
    </Box>
  );
}
