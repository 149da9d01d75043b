/** Three-way comparison: what two people have made of the same document. */

import { agree, type Leaf } from "./leaves";
import { at, type Document } from "./place";

/**
 * What has become of a leaf: nobody touched it, one side did, both did the same (`agreed`), or each something else
 * (`conflict`).
 */
export type Outcome = "untouched" | "mine" | "theirs" | "agreed" | "conflict";

export interface Compared {
  readonly leaf: Leaf;
  readonly base: unknown;
  readonly theirs: unknown;
  readonly mine: unknown;
  readonly outcome: Outcome;
}

interface Sides {
  readonly base: Document;
  readonly theirs: Document;
  readonly mine: Document;
}

/** Compare three states of a document leaf by leaf; those that nobody touched are left out. */
export function compare(leaves: readonly Leaf[], sides: Sides): Compared[] {
  return leaves.map((leaf) => compareLeaf(leaf, sides)).filter(({ outcome }) => outcome !== "untouched");
}

function compareLeaf(leaf: Leaf, sides: Sides): Compared {
  const [base, theirs, mine] = [sides.base, sides.theirs, sides.mine].map((side) => at(side, leaf.path));
  return { leaf, base, theirs, mine, outcome: outcomeOf(leaf, { base, theirs, mine }) };
}

function outcomeOf(
  { field }: Leaf,
  { base, theirs, mine }: { base: unknown; theirs: unknown; mine: unknown },
): Outcome {
  const isTheirs = !agree(field, base, theirs);
  const isMine = !agree(field, base, mine);
  if (!isTheirs && !isMine) return "untouched";
  if (!isTheirs) return "mine";
  if (!isMine) return "theirs";
  return agree(field, theirs, mine) ? "agreed" : "conflict";
}
