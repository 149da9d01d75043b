import type { Action, Line } from "../types";

const PLAIN = /^[A-Za-z$_][\w$ .:/@-]*$/;
const RESERVED = new Set(["true", "false", "null", "yes", "no", "on", "off"]);

/** Return a permission entry as it would be written in YAML: `role:author: {update: {deny: [status]}}`. */
export function yamlOf(action: Action, { principal, entry }: Pick<Line, "principal" | "entry">): string {
  return `${principal}: {${action}: ${entry === true ? "true" : flow(entry)}}`;
}

function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).map(([key, member]) => `${scalar(key)}: ${flow(member)}`);
    return `{${members.join(", ")}}`;
  }
  return typeof value === "string" ? scalar(value) : JSON.stringify(value);
}

/** Text without quotes where YAML takes it for text all the same. */
function scalar(text: string): string {
  const isPlain = PLAIN.test(text) && !/: | #|[ :]$/.test(text) && !RESERVED.has(text.toLowerCase());
  return isPlain ? text : JSON.stringify(text);
}
