/**
 * What a form knows of the document that it edits, beside the values in its inputs.
 *
 * `latest` is the document as it was last seen stored. `origin` is, for each leaf, what the user began from: it is
 * `latest` everywhere but where somebody else has saved another value under the user's hands. Those leaves are open
 * until the user has chosen.
 */

import { agree, type Leaf } from "./leaves";
import { type Compared, compare } from "./merge";
import { at, type Document, withAt } from "./place";

export interface Session {
  readonly origin: Document;
  readonly latest: Document;
}

export interface Received {
  readonly session: Session;
  /** Leaves whose new value goes into the form, because the user had not touched them. */
  readonly taken: readonly Compared[];
  /** Leaves that both have changed; they stay as the user has them. */
  readonly conflicts: readonly Compared[];
}

/** Return the session of a document that was just read. */
export function begin(document: Document): Session {
  return { origin: document, latest: document };
}

/** Take note of a newer state of the document, while the form holds `mine`. */
export function receive(session: Session, latest: Document, mine: Document, leaves: readonly Leaf[]): Received {
  const compared = compare(leaves, { base: session.origin, theirs: latest, mine });
  const taken = compared.filter(({ outcome }) => outcome === "theirs");
  const conflicts = compared.filter(({ outcome }) => outcome === "conflict");
  const origin = conflicts.reduce((kept, { leaf, base }) => withAt(kept, leaf.path, base), latest);
  return { session: { origin, latest }, taken, conflicts };
}

/** Return the open leaves: what somebody else saved there, and what the user began from. */
export function open(session: Session, leaves: readonly Leaf[]): Map<string, { base: unknown; theirs: unknown }> {
  const found = new Map<string, { base: unknown; theirs: unknown }>();
  if (session.origin === session.latest) return found;
  for (const { field, path, pointer } of leaves) {
    const base = at(session.origin, path);
    const theirs = at(session.latest, path);
    if (!agree(field, base, theirs)) found.set(pointer, { base, theirs });
  }
  return found;
}

/** Close a leaf: the user knows of the other value, and what the form holds is what they want. */
export function close(session: Session, leaf: Leaf): Session {
  return { ...session, origin: withAt(session.origin, leaf.path, at(session.latest, leaf.path)) };
}
