import { useRef } from "react";

/**
 * Return the same value as long as it holds the same.
 *
 * MUI's Autocomplete forgets what is being typed when its `value` is another one, even one that looks the same.
 */
export function useSame<T>(value: T): T {
  const kept = useRef(value);
  if (JSON.stringify(kept.current) !== JSON.stringify(value)) kept.current = value;
  return kept.current;
}
