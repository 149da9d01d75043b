/** Return a list with an element at another place; the others close ranks. */
export function moved<T>(values: readonly T[], from: number, to: number): T[] {
  const made = [...values];
  made.splice(to, 0, ...made.splice(from, 1));
  return made;
}
