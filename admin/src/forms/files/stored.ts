/** Files as documents hold them, and what may be said of one before it is sent. */

/** What the server says of a file. */
export interface StoredFile {
  id: string;
  name: string;
  type: string;
  size: number;
  /** Of images. */
  width?: number;
  height?: number;
}

/** How a file can be shown. */
export type Kind = "image" | "audio" | "video" | "pdf" | "other";

/** What the server lets browsers show; anything else is only ever saved. */
const PICTURES: ReadonlySet<string> = new Set([
  "image/png",
  "image/jpeg",
  "image/gif",
  "image/webp",
  "image/avif",
  "image/bmp",
  "image/x-icon",
]);

/** Return a value of a document as the file that it is, null where it is none. */
export function storedFile(value: unknown): StoredFile | null {
  if (typeof value !== "object" || value === null || !("id" in value) || typeof value.id !== "string") return null;
  const { id, name, type, size, width, height } = value as Partial<StoredFile> & { id: string };
  const shape = typeof width === "number" && typeof height === "number" ? { width, height } : {};
  return { id, name: name ?? id, type: type ?? "application/octet-stream", size: size ?? 0, ...shape };
}

export function kindOf(type: string): Kind {
  if (PICTURES.has(type)) return "image";
  if (type === "application/pdf") return "pdf";
  if (type.startsWith("audio/")) return "audio";
  return type.startsWith("video/") && type !== "video/x-matroska" && type !== "video/x-msvideo" ? "video" : "other";
}

/** What stands against sending a file, as a key below `files.refused`; null where nothing does. */
export type Refusal = "size" | "type" | "empty";

interface Takes {
  accept?: readonly string[] | null;
  maxBytes: number;
}

/**
 * Return what stands against a file, as far as the browser knows.
 *
 * The server decides by looking into it, so a file of which the browser does not know the type is let through.
 */
export function refusalOf(file: { size: number; type: string }, takes: Takes): Refusal | null {
  if (file.size === 0) return "empty";
  if (file.size > takes.maxBytes) return "size";
  return file.type === "" || isAccepted(file.type, takes.accept) ? null : "type";
}

export function isAccepted(type: string, accept: readonly string[] | null | undefined): boolean {
  if (!accept || accept.length === 0) return true;
  const plain = (type.split(";")[0] ?? "").trim().toLowerCase();
  return accept.includes(plain) || accept.includes(`${plain.split("/")[0]}/*`);
}

const NAMES: Readonly<Record<string, string>> = {
  "image/*": "images",
  "audio/*": "audio",
  "video/*": "videos",
  "text/*": "texts",
};

/** Return what a field takes as parts for people: keys below `files.kind`, or names of formats such as PDF. */
export function kindsOf(accept: readonly string[] | null | undefined): { key: string | null; name: string }[] {
  return (accept ?? []).map((type) => {
    const key = NAMES[type];
    return key ? { key, name: type } : { key: null, name: formatOf(type) };
  });
}

const OFFICE = "application/vnd.openxmlformats-officedocument";

/** Formats that people call by another name than their media type. */
const FORMATS: Readonly<Record<string, string>> = {
  "text/plain": "TXT",
  "text/markdown": "Markdown",
  "text/calendar": "iCalendar",
  "audio/mpeg": "MP3",
  "audio/mp4": "M4A",
  "video/quicktime": "MOV",
  "video/x-matroska": "MKV",
  "video/x-msvideo": "AVI",
  "image/x-icon": "ICO",
  "application/gzip": "GZ",
  "application/x-7z-compressed": "7Z",
  [`${OFFICE}.wordprocessingml.document`]: "DOCX",
  [`${OFFICE}.spreadsheetml.sheet`]: "XLSX",
  [`${OFFICE}.presentationml.presentation`]: "PPTX",
  "application/vnd.oasis.opendocument.text": "ODT",
  "application/vnd.oasis.opendocument.spreadsheet": "ODS",
  "application/vnd.oasis.opendocument.presentation": "ODP",
};

/** Return a media type as people call it: `image/svg+xml` is SVG. */
export function formatOf(type: string): string {
  const known = FORMATS[type];
  if (known) return known;
  const sub = type.split("/")[1] ?? type;
  const last =
    sub
      .replace(/^(x|vnd)[.-]/, "")
      .split(".")
      .at(-1) ?? sub;
  const plain = last.split("+")[0] ?? last;
  return plain === "*" ? type : plain.length <= 5 ? plain.toUpperCase() : plain;
}
