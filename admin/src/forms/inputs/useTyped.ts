import { useEffect, useState } from "react";
import { identical } from "../model/same";
import { useFormScope } from "../page/scope";

interface Typed<T> {
  /** What was typed, null where the value itself is to be shown. */
  typed: T | null;
  /** Note what was typed, while the field's value is `value`, and why it is none (yet). */
  type(typed: T, value: unknown, unreadable: string | null): void;
  forget(): void;
}

/** Keep what somebody types as they typed it, until the field's value is another one for some other reason. */
export function useTyped<T>(value: unknown, pointer: string): Typed<T> {
  const { setUnreadable } = useFormScope();
  const [state, setState] = useState<{ typed: T; value: unknown } | null>(null);
  const isStale = state !== null && !identical(state.value, value);
  useEffect(() => {
    if (!isStale) return;
    setState(null);
    setUnreadable(pointer, null);
  }, [isStale, pointer, setUnreadable]);
  useEffect(() => () => setUnreadable(pointer, null), [pointer, setUnreadable]);
  return {
    typed: isStale ? null : (state?.typed ?? null),
    type(typed, now, unreadable) {
      setState({ typed, value: now });
      setUnreadable(pointer, unreadable);
    },
    forget: () => setState(null),
  };
}
