/** Grounds on which white text has a contrast of 4.5 at least; different to most eyes. */
const COLOURS = ["#14606e", "#8a3b12", "#6b2f8a", "#1f6b36", "#a3195b", "#2a4d9c", "#6a5a00", "#8b1e1e"] as const;

/** Return a person's colour: the same on every screen. */
export function colourOf(id: string): string {
  let sum = 0;
  for (const sign of id) sum = (Math.imul(sum, 31) + (sign.codePointAt(0) ?? 0)) >>> 0;
  return COLOURS[sum % COLOURS.length] ?? COLOURS[0];
}

/** Return the letters that stand for a name. */
export function initialsOf(name: string): string {
  const words = name.split(/[\s@._-]+/).filter((word) => word !== "");
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters.map((word) => [...(word ?? "?")][0]?.toUpperCase() ?? "").join("");
}
