import Check from "@mui/icons-material/Check";
import Close from "@mui/icons-material/Close";
import InsertDriveFile from "@mui/icons-material/InsertDriveFileOutlined";
import Avatar from "@mui/material/Avatar";
import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import { styled } from "@mui/material/styles";
import { type MouseEvent, memo, type ReactNode } from "react";
import { useTranslate } from "react-admin";
import { api } from "../../server/api";
import type { Field } from "../../server/description";
import { elementOf } from "../model/fields";
import { plainText, safeUrl, summary } from "../model/plain";
import { useFormats } from "./formats";
import { Reference } from "./Reference";

/** How many of several values a cell shows before it only counts. */
const MOST_SHOWN = 3;

/** One of several values, or an option: as a chip looks, without all that one can do. */
const Tag = styled("span")(({ theme }) => ({
  display: "inline-block",
  verticalAlign: "middle",
  maxWidth: "100%",
  overflow: "hidden",
  textOverflow: "ellipsis",
  whiteSpace: "nowrap",
  padding: "1px 7px",
  border: `1px solid color-mix(in srgb, ${(theme.vars ?? theme).palette.text.primary} 28%, transparent)`,
  borderRadius: 6,
  fontSize: "0.8125rem",
}));

interface ValueProps {
  field: Field;
  value: unknown;
}

/** A field's value as a list shows it: on one line, and of a long one its beginning. */
export const Value = memo(function Value({ field, value }: ValueProps) {
  if (value === null || value === undefined || value === "") return <Nothing />;
  if (Array.isArray(value)) return <Several field={elementOf(field)} values={value} />;
  return <Single field={field} value={value} />;
});

function Nothing() {
  const translate = useTranslate();
  return (
    <Box component="span" sx={{ color: "text.disabled" }} aria-label={translate("collections.nothing")}>
      –
    </Box>
  );
}

function Single({ field, value }: ValueProps): ReactNode {
  const formats = useFormats();
  switch (field.type) {
    case "boolean":
      return <Truth value={value === true} />;
    case "number":
    case "integer":
      return formats.number(value);
    case "date":
      return <time dateTime={String(value)}>{formats.date(value)}</time>;
    case "datetime":
      return (
        <time dateTime={String(value)} title={formats.exact(value)}>
          {formats.moment(value)}
        </time>
      );
    case "select":
    case "multiselect":
      return <Tag>{optionLabel(field, value)}</Tag>;
    case "reference":
      return field.collection ? <Reference collection={field.collection} id={String(value)} /> : String(value);
    case "email":
      return <Outside href={`mailto:${String(value)}`}>{String(value)}</Outside>;
    case "url":
      return <Address value={value} />;
    case "file":
      return <StoredFile value={value} />;
    case "markdown":
    case "richtext":
    case "text":
      return plainText(String(value));
    case "geo":
      return place(value);
    case "object":
    case "json":
      return summary(value);
    default:
      return typeof value === "object" ? summary(value) : String(value);
  }
}

/** A point (RFC 7946 §3.1.2) as maps write it, north before east; any other shape by its members. */
function place(value: unknown): string {
  const { type, coordinates } = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  if (type !== "Point" || !Array.isArray(coordinates)) return summary(value);
  const [east, north] = coordinates;
  return `${north}, ${east}`;
}

export function optionLabel(field: Field, value: unknown): string {
  return field.options?.find((option) => option.value === value)?.label ?? String(value);
}

function Truth({ value }: { value: boolean }) {
  const translate = useTranslate();
  const label = translate(value ? "ra.boolean.true" : "ra.boolean.false");
  const props = { fontSize: "small", titleAccess: label, sx: { display: "block" } } as const;
  return value ? <Check {...props} color="success" /> : <Close {...props} color="action" />;
}

const stop = (event: MouseEvent) => event.stopPropagation();

function Outside({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link href={href} target="_blank" rel="noopener noreferrer" onClick={stop} underline="hover">
      {children}
    </Link>
  );
}

function Address({ value }: { value: unknown }) {
  const href = safeUrl(value);
  return href ? <Outside href={href}>{String(value).replace(/^https?:\/\//, "")}</Outside> : String(value);
}

interface FileValue {
  id?: string;
  name?: string;
  type?: string;
  size?: number;
}

function StoredFile({ value }: { value: unknown }) {
  const formats = useFormats();
  const { id, name, type, size } = (typeof value === "object" ? value : {}) as FileValue;
  if (!id) return summary(value);
  const source = api.url(`_files/${encodeURIComponent(id)}`);
  const isPicture = type?.startsWith("image/");
  return (
    <Box
      component="span"
      sx={{ display: "inline-flex", alignItems: "center", gap: 1, verticalAlign: "middle" }}
      title={formats.bytes(size)}
    >
      <Avatar variant="rounded" src={isPicture ? source : undefined} alt="" sx={{ width: 32, height: 32 }}>
        <InsertDriveFile fontSize="small" />
      </Avatar>
      <Outside href={source}>{name ?? id}</Outside>
    </Box>
  );
}

function Several({ field, values }: { field: Field; values: unknown[] }) {
  const translate = useTranslate();
  if (values.length === 0) return <Nothing />;
  const isObject = field.type === "object" || field.type === "json";
  if (isObject) return translate("collections.entries", { smart_count: values.length });
  const rest = values.slice(MOST_SHOWN);
  return (
    <Box
      component="span"
      sx={{ display: "inline-flex", gap: 0.5, alignItems: "center", maxWidth: "100%", verticalAlign: "middle" }}
    >
      {values.slice(0, MOST_SHOWN).map((value, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a value may stand twice in a list, and its place says which
        <Tag key={index}>{field.options ? optionLabel(field, value) : <Single field={field} value={value} />}</Tag>
      ))}
      {rest.length > 0 && (
        <Box component="span" sx={{ color: "text.secondary" }} title={rest.map(summary).join(", ")}>
          +{rest.length}
        </Box>
      )}
    </Box>
  );
}
