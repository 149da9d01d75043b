import { type ReactNode, useEffect, useRef } from "react";
import { useTranslate } from "react-admin";
import { useBlocker } from "react-router-dom";
import { Confirm } from "../../shell/Confirm";

/** Ask before the page is left with unsaved changes. Returns the question, and what lets the next step pass unasked. */
export function useGuard(isDirty: () => boolean): { question: ReactNode; letPass(): void } {
  const translate = useTranslate();
  const isFree = useRef(false);
  const latest = useRef(isDirty);
  useEffect(() => {
    latest.current = isDirty;
  });
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) =>
      !isFree.current && currentLocation.pathname !== nextLocation.pathname && latest.current(),
  );
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      if (!isFree.current && latest.current()) event.preventDefault();
    };
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, []);
  const question = (
    <Confirm
      isOpen={blocker.state === "blocked"}
      title={translate("forms.leave.title")}
      content={translate("forms.leave.content")}
      cancel={translate("forms.leave.stay")}
      confirm={translate("forms.leave.leave")}
      isDestructive
      onConfirm={() => blocker.proceed?.()}
      onClose={() => blocker.reset?.()}
    />
  );
  return {
    question,
    letPass: () => {
      isFree.current = true;
    },
  };
}
