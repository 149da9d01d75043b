/** What a user has chosen in a comparison. */

import type { Leaf } from "./leaves";
import type { Compared } from "./merge";
import { identical } from "./same";

/** A side, or a text that was put together by hand. */
export type Choice = { side: "base" | "theirs" | "mine"; merged?: undefined } | { side: "merged"; merged: string };

/** By the pointer of a leaf; a leaf that has none is still to be chosen. `of` is what the others had saved there then. */
export type Choices = ReadonlyMap<string, Choice & { of: unknown }>;

/** Return what is chosen at first: where only one side has changed something, that. What was chosen before stays. */
export function choicesOf(compared: readonly Compared[], before: Choices): Choices {
  return new Map(
    compared.flatMap((one): [string, Choice & { of: unknown }][] => {
      const { pointer } = one.leaf;
      const known = before.get(pointer);
      if (known && identical(known.of, one.theirs)) return [[pointer, known]];
      if (one.outcome === "conflict") return [];
      return [[pointer, { side: one.outcome === "theirs" ? "theirs" : "mine", of: one.theirs }]];
    }),
  );
}

/** Return the values that were chosen. */
export function valuesOf(compared: readonly Compared[], choices: Choices): Map<Leaf, unknown> {
  return new Map(
    compared.flatMap((one): [Leaf, unknown][] => {
      const choice = choices.get(one.leaf.pointer);
      if (!choice) return [];
      return [[one.leaf, choice.side === "merged" ? choice.merged : one[choice.side]]];
    }),
  );
}
