import type { HookFailure, ReloadProblem } from "./records";

/** Return all that is known of a failure as text, for whoever is to mend it. */
export function reportOf(hook: string, failure: HookFailure): string {
  const { file, line, snippet } = failure;
  const source = snippet?.lines.map((text, index) => {
    const number = snippet.first + index;
    return `${number === line ? ">" : " "} ${String(number).padStart(4)}  ${text}`;
  });
  const parts = [
    `${hook} failed at ${failure.at}, incident ${failure.incident}`,
    failure.error,
    file === null ? "" : `${file}:${line}`,
    source?.join("\n") ?? "",
    failure.traceback.trimEnd(),
  ];
  return `${parts.filter(Boolean).join("\n\n")}\n`;
}

/** Return problems as lines: `hooks/a.yml:3: what is wrong. What to do.` */
export function problemText({ file, line, path, message, remedy }: ReloadProblem): string {
  return `${placeText(file, line)}: ${message}${path && ` (${path})`}. ${remedy}`;
}

export function placeText(file: string, line: number): string {
  return line > 0 ? `${file}:${line}` : file;
}
