import { useCallback } from "react";
import { useNotify, useTranslate } from "react-admin";

/** Return a function that puts a text on the clipboard and says so, or says that the browser does not allow it. */
export function useCopy(): (text: string) => Promise<void> {
  const notify = useNotify();
  const translate = useTranslate();
  return useCallback(
    async (text) => {
      const done = await copied(text);
      notify(translate(done ? "shell.copy.done" : "shell.copy.failed"), { type: done ? "info" : "warning" });
    },
    [notify, translate],
  );
}

/** Browsers have a clipboard for pages that came over https or from this machine; the old way works everywhere else. */
async function copied(text: string): Promise<boolean> {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return byCommand(text);
    }
  }
  return byCommand(text);
}

function byCommand(text: string): boolean {
  const focused = document.activeElement;
  const area = document.createElement("textarea");
  area.value = text;
  area.setAttribute("aria-hidden", "true");
  Object.assign(area.style, { position: "fixed", top: "0", opacity: "0" });
  (focused?.closest("[role=dialog]") ?? document.body).append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return done;
}
