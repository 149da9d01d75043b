import { useCallback } from "react";
import { useNotify, useTranslate } from "react-admin";
import { isProblem } from "../server/problem";

/** Return the sentence that tells people of an error: the server's own, which names the remedy. */
export function useTextOf(): (error: unknown) => string {
  const translate = useTranslate();
  return useCallback(
    (error) => {
      if (isProblem(error, 0)) return translate("shell.failure.unreachable");
      if (isProblem(error)) return sentence(error.detail);
      return error instanceof Error && error.message ? error.message : translate("shell.failure.title");
    },
    [translate],
  );
}

/** Return a function that notifies of an error. */
export function useProblem(): (error: unknown) => void {
  const notify = useNotify();
  const textOf = useTextOf();
  return useCallback(
    (error) => notify(textOf(error), { type: "error", autoHideDuration: 8000, messageArgs: { _: textOf(error) } }),
    [notify, textOf],
  );
}

/** The server's messages begin in lower case and end without a full stop. */
function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
