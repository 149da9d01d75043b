/** What the buttons of the Markdown editor do: from a text and what is selected in it to others. Pure. */

export interface Selected {
  readonly text: string;
  /** Where the selection begins and ends, in UTF-16 units as inputs count. */
  readonly start: number;
  readonly end: number;
}

export type Action = "bold" | "italic" | "code" | "link" | "heading" | "bullets" | "numbers" | "quote";

/** Return the text after an action, and what is selected then: the same again takes it back. */
export function act(action: Action, selected: Selected): Selected {
  switch (action) {
    case "bold":
      return around(selected, "**");
    case "italic":
      return around(selected, "_");
    case "code":
      return code(selected);
    case "link":
      return link(selected);
    case "heading":
      return heading(selected);
    case "bullets":
      return lines(selected, /^[-*+] /, () => "- ");
    case "numbers":
      return lines(selected, /^\d+[.)] /, (index) => `${index + 1}. `);
    case "quote":
      return lines(selected, /^> ?/, () => "> ");
  }
}

function replaced({ text, start, end }: Selected, by: string, from: number, to: number): Selected {
  return { text: text.slice(0, start) + by + text.slice(end), start: start + from, end: start + to };
}

/** Put marks around what is selected, or take them away: whether they were selected too or stand beside it. */
function around(selected: Selected, mark: string): Selected {
  const { text, start, end } = selected;
  const inner = text.slice(start, end);
  const width = mark.length;
  if (inner.length >= 2 * width && inner.startsWith(mark) && inner.endsWith(mark)) {
    const bare = inner.slice(width, -width);
    return replaced(selected, bare, 0, bare.length);
  }
  if (text.slice(start - width, start) === mark && text.slice(end, end + width) === mark) {
    return replaced({ text, start: start - width, end: end + width }, inner, 0, inner.length);
  }
  const before = /^\s*/.exec(inner)?.[0] ?? "";
  const after = inner.length > before.length ? (/\s*$/.exec(inner)?.[0] ?? "") : "";
  const word = inner.slice(before.length, inner.length - after.length);
  const from = before.length + width;
  return replaced(selected, `${before}${mark}${word}${mark}${after}`, from, from + word.length);
}

function code(selected: Selected): Selected {
  const { text, start, end } = selected;
  const inner = text.slice(start, end);
  if (!inner.includes("\n")) return around(selected, "`");
  const before = start === 0 || text[start - 1] === "\n" ? "" : "\n";
  const opened = `${before}\`\`\`\n`;
  const after = text[end] === "\n" || end === text.length ? "" : "\n";
  return replaced(selected, `${opened}${inner}\n\`\`\`${after}`, opened.length, opened.length + inner.length);
}

/** What is selected becomes the text of a link, or its address if it is one; what is missing is selected then. */
function link(selected: Selected): Selected {
  const inner = selected.text.slice(selected.start, selected.end);
  if (/^https?:\/\/\S+$/.test(inner)) return replaced(selected, `[](${inner})`, 1, 1);
  const address = "https://";
  const from = inner.length + 3;
  return replaced(
    selected,
    `[${inner}](${address})`,
    inner === "" ? 1 : from,
    inner === "" ? 1 : from + address.length,
  );
}

/** No heading becomes one of the second level, then of the third, then none again. */
function heading(selected: Selected): Selected {
  return eachLine(selected, (line) => {
    const [mark = ""] = /^#{1,6} /.exec(line) ?? [];
    const bare = line.slice(mark.length);
    if (mark === "") return `## ${bare}`;
    return mark === "## " ? `### ${bare}` : bare;
  });
}

function lines(selected: Selected, marked: RegExp, mark: (index: number) => string): Selected {
  const { text, start, end } = linesOf(selected);
  const all = text.slice(start, end).split("\n");
  const isMarked = all.every((line) => marked.test(line));
  let index = -1;
  return eachLine(selected, (line) => {
    index += 1;
    if (isMarked) return line.replace(marked, "");
    return `${mark(index)}${line.replace(/^([-*+]|\d+[.)]|>) /, "")}`;
  });
}

function eachLine(selected: Selected, change: (line: string) => string): Selected {
  const whole = linesOf(selected);
  const before = whole.text.slice(whole.start, whole.end);
  const after = before.split("\n").map(change).join("\n");
  const isCaret = selected.start === selected.end;
  const caret = Math.max(0, after.length - (whole.end - selected.end));
  return replaced(whole, after, isCaret ? caret : 0, isCaret ? caret : after.length);
}

/** Return the selection widened to whole lines. */
function linesOf({ text, start, end }: Selected): Selected {
  const next = text.indexOf("\n", end);
  return { text, start: text.lastIndexOf("\n", start - 1) + 1, end: next === -1 ? text.length : next };
}

const LIST = /^(\s*)(?:([-*+])|(\d+)([.)])|(>)) +/;

/** Return what Enter does at the end of a list's line: its next item, or the end of the list. Null where it is no list. */
export function continued({ text, start, end }: Selected): Selected | null {
  if (start !== end) return null;
  const begin = text.lastIndexOf("\n", start - 1) + 1;
  const line = text.slice(begin, start);
  const found = LIST.exec(line);
  if (found === null) return null;
  const [mark, indent = "", bullet, number, dot = "", quote] = found;
  if (line === mark) return replaced({ text, start: begin, end }, "", 0, 0);
  const next = number === undefined ? `${bullet ?? quote} ` : `${Number(number) + 1}${dot} `;
  const added = `\n${indent}${next}`;
  return replaced({ text, start, end }, added, added.length, added.length);
}
