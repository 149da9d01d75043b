/** A line of a traceback; `isOwn` where it is of the frame in the project's files that matters. */
export interface Line {
  text: string;
  isOwn: boolean;
}

const FRAME = /^ {2}File "(.+)", line (\d+)/;

/** Return the lines of a traceback, with those of the innermost frame at a place of the project marked. */
export function linesOf(traceback: string, file: string | null, line: number): Line[] {
  const texts = traceback.replace(/\n$/, "").split("\n");
  const start = file === null ? -1 : texts.findLastIndex((text) => isAt(text, file, line));
  const length = start < 0 ? 0 : lengthOf(texts.slice(start + 1)) + 1;
  return texts.map((text, index) => ({ text, isOwn: index >= start && index < start + length }));
}

function isAt(text: string, file: string, line: number): boolean {
  const [, path = "", number] = FRAME.exec(text) ?? [];
  return Number(number) === line && (path === file || path.endsWith(`/${file}`) || path.endsWith(`\\${file}`));
}

/** Return how many lines belong to a frame after its first: source and marks, further in than frames are. */
function lengthOf(after: string[]): number {
  const end = after.findIndex((text) => !text.startsWith("    "));
  return end < 0 ? after.length : end;
}
