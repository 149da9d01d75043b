import { type ComponentType, type RefObject, Suspense, useEffect, useLayoutEffect, useRef } from "react";
import { pointerOf } from "../model/place";
import type { InputProps } from "../page/scope";
import { LongTextInput } from "./TextInput";
import { idOf } from "./useField";

interface LateInputProps extends InputProps {
  /** An input of a text that has to be loaded first. */
  Input: ComponentType<InputProps>;
}

/** A text input that comes late: until then a plain one takes its place, and gives the focus on to it. */
export function LateInput({ Input, ...input }: LateInputProps) {
  const id = idOf(pointerOf(input.source));
  const left = useRef<Caret | null>(null);
  return (
    <Suspense fallback={<StandIn id={id} left={left} {...input} />}>
      <Input {...input} />
      <Heir id={id} left={left} />
    </Suspense>
  );
}

/** What was selected in an input that had the focus and is gone. */
interface Caret {
  start: number;
  end: number;
}

interface Handover {
  id: string;
  left: RefObject<Caret | null>;
}

function StandIn({ id, left, ...input }: Handover & InputProps) {
  useLayoutEffect(
    () => () => {
      const { activeElement: focused } = document;
      if (!(focused instanceof HTMLTextAreaElement) || focused.id !== id) return;
      left.current = { start: focused.selectionStart, end: focused.selectionEnd };
    },
    [id, left],
  );
  return <LongTextInput {...input} />;
}

/** Goes on where the stand-in was left, as soon as the input is there: an editor may need a moment longer. */
function Heir({ id, left }: Handover) {
  const take = () => {
    const input = document.getElementById(id);
    if (left.current === null || input === null) return;
    input.focus();
    if (input instanceof HTMLTextAreaElement) input.setSelectionRange(left.current.start, left.current.end);
    left.current = null;
  };
  useLayoutEffect(take);
  useEffect(take);
  return null;
}
