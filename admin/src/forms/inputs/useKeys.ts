import { useRef } from "react";
import { moved } from "../model/rows";

interface Keys {
  of(index: number): number;
  move(from: number, to: number): void;
  remove(index: number): void;
}

/** Return keys for the elements of a list, which stay with them while they are moved. */
export function useKeys(count: number): Keys {
  const state = useRef<{ keys: number[]; next: number }>({ keys: [], next: 0 });
  const { current } = state;
  while (current.keys.length < count) {
    current.keys.push(current.next);
    current.next += 1;
  }
  current.keys.length = count;
  return {
    of: (index) => current.keys[index] ?? index,
    move: (from, to) => {
      current.keys = moved(current.keys, from, to);
    },
    remove: (index) => {
      current.keys.splice(index, 1);
    },
  };
}
