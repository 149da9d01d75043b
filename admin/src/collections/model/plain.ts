/** How much of a long text a cell looks at: more than fits, and little enough for hundreds of cells. */
const LOOKED_AT = 600;

/** Return the words of a text, Markdown or HTML, on one line: what a cell of a list shows of it. */
export function plainText(text: string): string {
  return text
    .slice(0, LOOKED_AT)
    .replace(/<[^>]*>?/g, " ")
    .replace(/!\[[^\]]*\]\([^)]*\)?/g, " ")
    .replace(/\[([^\]]*)\]\([^)]*\)?/g, "$1")
    .replace(/^\s{0,3}(#{1,6}|>|[-*+]|\d+\.)\s+/gm, "")
    .replace(/(\*\*|__|~~|`+)/g, "")
    .replace(/\s+/g, " ")
    .trim();
}

/** Return an address that may be a link: of the web, never one that would run something. */
export function safeUrl(text: unknown): string | null {
  if (typeof text !== "string") return null;
  try {
    const url = new URL(text);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}

/** Return an object's members as one line: "street: High Street, city: Bonn". */
export function summary(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(summary).filter(Boolean).join(", ");
  if (typeof value !== "object") return String(value);
  return Object.entries(value)
    .map(([name, inner]) => [name, summary(inner)])
    .filter(([, text]) => text)
    .map(([name, text]) => `${name}: ${text}`)
    .join(", ");
}
