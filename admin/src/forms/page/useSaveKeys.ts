import { useLayoutEffect, useRef } from "react";

/** Save with Ctrl+S, or Cmd+S, from wherever the focus is; not while a dialog is open. */
export function useSaveKeys(save: () => void): void {
  const latest = useRef(save);
  useLayoutEffect(() => {
    latest.current = save;
  });
  // Before the form is seen: who sees it may press the key.
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey)
        return;
      event.preventDefault();
      if (!event.repeat && document.querySelector("[role=dialog]") === null) latest.current();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
}
