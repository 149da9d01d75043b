/** What a spreadsheet would take for a formula, or might after it has passed over what comes before. */
const FORMULA = /^[=+\-@\t\r]/;
/** The same within a text: where it is semicolons that part cells, as in most of Europe, one begins behind each. */
const INNER_FORMULA = /([;\r\n])(?=[=+\-@])/g;

/**
 * Return rows as CSV (RFC 4180). Texts that a spreadsheet would run as a formula are prefixed with an apostrophe;
 * numbers stay numbers.
 */
export function csv(rows: readonly (readonly unknown[])[]): string {
  return rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const text = typeof value === "string" ? value : textOf(value);
  const guarded = text.replace(INNER_FORMULA, "$1'");
  const harmless = FORMULA.test(text) ? `'${guarded}` : guarded;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** Lists of plain values are joined, everything else is JSON. */
function textOf(value: unknown): string {
  const isPlainList = Array.isArray(value) && value.every((item) => typeof item !== "object");
  return isPlainList ? value.join(", ") : JSON.stringify(value);
}
