import { useCallback, useEffect, useRef, useState } from "react";

const SHOWN_MS = 6000;

/** Keep which values have just come, and from whom; each for some seconds. */
export function useArrivals(): {
  arrived: ReadonlyMap<string, string>;
  arrive(pointers: readonly string[], name: string): void;
} {
  const [arrived, setArrived] = useState<ReadonlyMap<string, string>>(new Map());
  const timers = useRef(new Set<ReturnType<typeof setTimeout>>());
  useEffect(() => {
    const { current } = timers;
    return () => {
      for (const timer of current) clearTimeout(timer);
    };
  }, []);
  const arrive = useCallback((pointers: readonly string[], name: string) => {
    setArrived((known) => new Map([...known, ...pointers.map((pointer) => [pointer, name] as const)]));
    const timer = setTimeout(() => {
      timers.current.delete(timer);
      setArrived((known) => new Map([...known].filter(([pointer]) => !pointers.includes(pointer))));
    }, SHOWN_MS);
    timers.current.add(timer);
  }, []);
  return { arrived, arrive };
}
