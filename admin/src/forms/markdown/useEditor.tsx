import Code from "@mui/icons-material/Code";
import Bold from "@mui/icons-material/FormatBold";
import Italic from "@mui/icons-material/FormatItalic";
import Bullets from "@mui/icons-material/FormatListBulleted";
import Numbers from "@mui/icons-material/FormatListNumbered";
import Quote from "@mui/icons-material/FormatQuote";
import Link from "@mui/icons-material/Link";
import Heading from "@mui/icons-material/Title";
import { type KeyboardEvent, type RefObject, useRef } from "react";
import { useTranslate } from "react-admin";
import { flushSync } from "react-dom";
import { type Action, act, continued, type Selected } from "./actions";
import type { EditorAction } from "./EditorBar";

interface Key {
  action: Action;
  icon: React.ReactNode;
  /** With Ctrl, or Cmd: a place on the keyboard (`KeyboardEvent.code`), and whether Shift is held. */
  code: string;
  shift?: boolean;
  shown: string;
}

const KEYS: readonly Key[] = [
  { action: "bold", icon: <Bold fontSize="small" />, code: "KeyB", shown: "B" },
  { action: "italic", icon: <Italic fontSize="small" />, code: "KeyI", shown: "I" },
  { action: "heading", icon: <Heading fontSize="small" />, code: "KeyH", shift: true, shown: "Shift+H" },
  { action: "link", icon: <Link fontSize="small" />, code: "KeyK", shown: "K" },
  { action: "bullets", icon: <Bullets fontSize="small" />, code: "Digit8", shift: true, shown: "Shift+8" },
  { action: "numbers", icon: <Numbers fontSize="small" />, code: "Digit7", shift: true, shown: "Shift+7" },
  { action: "quote", icon: <Quote fontSize="small" />, code: "Digit9", shift: true, shown: "Shift+9" },
  { action: "code", icon: <Code fontSize="small" />, code: "KeyE", shown: "E" },
];

interface Editor {
  area: RefObject<HTMLTextAreaElement | null>;
  actions: EditorAction[];
  onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>): void;
}

/** Return what turns a text area into an editor of Markdown: its buttons, and what its keys do. */
export function useEditor(onChange: (text: string) => void): Editor {
  const translate = useTranslate();
  const area = useRef<HTMLTextAreaElement>(null);
  const write = (next: Selected) => area.current && put(area.current, next, onChange);
  const run = (action: Action) => area.current && write(act(action, selectedIn(area.current)));
  const actions = KEYS.map(({ action, icon, shown }) => ({
    name: action,
    icon,
    label: translate(`forms.editor.${action}`),
    keys: `Ctrl+${shown}`,
    run: () => run(action),
  }));
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing) return;
    const key = KEYS.find(({ code, shift = false }) => code === event.code && shift === event.shiftKey);
    if ((event.ctrlKey || event.metaKey) && !event.altKey && key) {
      event.preventDefault();
      event.stopPropagation();
      run(key.action);
    } else if (event.key === "Enter" && !event.shiftKey && !event.ctrlKey && !event.metaKey) {
      const next = continued(selectedIn(event.currentTarget));
      if (next === null) return;
      event.preventDefault();
      write(next);
    }
  };
  return { area, actions, onKeyDown };
}

function selectedIn({ value, selectionStart, selectionEnd }: HTMLTextAreaElement): Selected {
  return { text: value, start: selectionStart, end: selectionEnd };
}

/**
 * Write a text into an area as if it were typed, so that the browser's undo takes it back.
 *
 * Only what differs is put in. `execCommand` is old, and the one way to do that; without it the text is set.
 */
function put(area: HTMLTextAreaElement, next: Selected, onChange: (text: string) => void): void {
  const before = area.value;
  let from = 0;
  while (from < before.length && from < next.text.length && before[from] === next.text[from]) from += 1;
  let kept = 0;
  const most = Math.min(before.length, next.text.length) - from;
  while (kept < most && before[before.length - 1 - kept] === next.text[next.text.length - 1 - kept]) kept += 1;
  area.focus();
  area.setSelectionRange(from, before.length - kept);
  const inserted = next.text.slice(from, next.text.length - kept);
  const isDone = document.execCommand(inserted === "" ? "delete" : "insertText", false, inserted);
  if (!isDone || area.value !== next.text) flushSync(() => onChange(next.text));
  // At once: a later frame may come after the next key.
  area.setSelectionRange(next.start, next.end);
}
