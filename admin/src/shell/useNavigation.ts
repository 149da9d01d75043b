import { useEffect, useRef } from "react";
import { useLocation } from "react-router-dom";
import { useDescription } from "../server/description";

/** The id by which react-admin's titles find their place; it is the heading of the page. */
export const TITLE = "react-admin-title";

/** Have the document's title be what the page's heading says. */
export function useDocumentTitle(): void {
  const { label } = useDescription();
  useEffect(() => {
    const heading = document.getElementById(TITLE);
    if (!heading) return;
    const tell = () => {
      const text = heading.textContent?.trim();
      document.title = text ? `${text} · ${label}` : label;
    };
    const observer = new MutationObserver(tell);
    observer.observe(heading, { childList: true, characterData: true, subtree: true });
    tell();
    return () => observer.disconnect();
  }, [label]);
}

/** After going to another page, begin at its heading, unless the page has put the focus somewhere itself. */
export function useFocusOnNavigation(): void {
  const { pathname } = useLocation();
  const before = useRef(pathname);
  useEffect(() => {
    if (before.current === pathname) return;
    before.current = pathname;
    const frame = requestAnimationFrame(() => {
      const focused = document.activeElement;
      const isInPage = focused?.closest("main, [role=dialog]") && focused.id !== "main-content";
      if (!isInPage) document.getElementById(TITLE)?.focus({ preventScroll: true });
    });
    return () => cancelAnimationFrame(frame);
  }, [pathname]);
}
