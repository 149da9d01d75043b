import { type RefObject, useLayoutEffect } from "react";

/** Have `/` go to the search, wherever nothing is being typed. */
export function useSearchKey(input: RefObject<HTMLInputElement | null>): void {
  // Before the list is seen: who sees it may press the key.
  useLayoutEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (!input.current || document.querySelector('[role="dialog"]')) return;
      event.preventDefault();
      input.current.focus();
      input.current.select();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [input]);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName))
  );
}
