import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslate } from "react-admin";
import type { Field } from "../../server/description";
import { en } from "../../text/forms";
import { check, type Fault } from "../model/check";
import { type Landed, land, nearest } from "../model/landing";
import type { Document } from "../model/place";
import { faultTold } from "../model/told";

const NOTHING: Landed = { faults: {}, others: [] };

export interface FormFaults extends Landed {
  /** Look at all values; show what is wrong and put the focus there. True where nothing is. */
  areFine(fields: readonly Field[], values: Document): boolean;
  /** Show what the server has found, and put the focus on the first. */
  show(errors: Readonly<Record<string, string>>): void;
  clear(): void;
  onChanged(pointer: string): void;
  setUnreadable(pointer: string, message: string | null): void;
}

/** Keep what is wrong with a form. `all` are the fields that have an input. */
export function useFaults(all: readonly Field[]): FormFaults {
  const translate = useTranslate();
  const [landed, setLanded] = useState(NOTHING);
  const unreadable = useRef(new Map<string, string>());
  const shown = useRef(0);
  const [turn, setTurn] = useState(0);

  useEffect(() => {
    if (turn === shown.current) return;
    shown.current = turn;
    focusFirst(Object.keys(landed.faults));
  }, [turn, landed]);

  const say = useCallback((fault: Fault) => translate(`forms.check.${fault.key}`, { ...fault.args }), [translate]);
  const put = useCallback((next: Landed) => {
    setLanded(next);
    setTurn((count) => count + 1);
  }, []);
  const show = useCallback(
    (errors: Readonly<Record<string, string>>) => {
      const told = Object.entries(errors).map(([pointer, message]) => {
        const fault = faultTold(message, en.check);
        return [pointer, fault ? say(fault) : message];
      });
      put(land(Object.fromEntries(told), all));
    },
    [all, put, say],
  );
  const areFine = useCallback(
    (fields: readonly Field[], values: Document) => {
      const found = Object.entries(check(fields, values)).map(([pointer, fault]) => [pointer, say(fault)]);
      const faults = { ...Object.fromEntries(found), ...Object.fromEntries(unreadable.current) };
      if (Object.keys(faults).length === 0) return true;
      put({ faults, others: [] });
      return false;
    },
    [put, say],
  );
  const onChanged = useCallback((pointer: string) => {
    setLanded((current) => {
      const kept = Object.entries(current.faults).filter(([at]) => at !== pointer && !at.startsWith(`${pointer}/`));
      const isSame = kept.length === Object.keys(current.faults).length;
      return isSame ? current : { ...current, faults: Object.fromEntries(kept) };
    });
  }, []);
  const setUnreadable = useCallback((pointer: string, message: string | null) => {
    if (message === null) unreadable.current.delete(pointer);
    else unreadable.current.set(pointer, message);
  }, []);
  const clear = useCallback(() => setLanded(NOTHING), []);
  return { ...landed, areFine, show, clear, onChanged, setUnreadable };
}

const INPUTS = "input:not([type=hidden]), textarea, select, [contenteditable=true], [role=combobox]";

/** Put the focus on the first input, as they stand on the page, that one of these pointers belongs to. */
function focusFirst(pointers: readonly string[]): void {
  const places = pointers.flatMap((pointer) => {
    const found = nearest(pointer)
      .map((one) => document.querySelector<HTMLElement>(`[data-pointer="${CSS.escape(one)}"]`))
      .find((element) => element !== null);
    return found ? [found] : [];
  });
  const [first] = places.sort((one, other) =>
    one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1,
  );
  const target = inputIn(first) ?? document.querySelector<HTMLElement>("[data-faults]");
  target?.focus();
  target?.scrollIntoView({ block: "center" });
}

function inputIn(place: HTMLElement | undefined): HTMLElement | null | undefined {
  return place?.querySelector<HTMLElement>(INPUTS) ?? place?.querySelector<HTMLElement>("button, [tabindex]");
}
