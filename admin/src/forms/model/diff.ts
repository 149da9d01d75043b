/** What differs between two texts, word by word. */

interface Piece {
  readonly kind: "same" | "removed" | "added";
  readonly text: string;
}

/** From how many words that differ on two texts are shown as wholes: comparing them would take long, and help nobody. */
const MOST_EDITS = 1500;

/** Return the pieces of which `before` (same and removed) and `after` (same and added) are made. */
export function diff(before: string, after: string): Piece[] {
  const one = words(before);
  const two = words(after);
  let start = 0;
  while (start < one.length && start < two.length && one[start] === two[start]) start += 1;
  let end = 0;
  while (end < one.length - start && end < two.length - start && one.at(-1 - end) === two.at(-1 - end)) end += 1;
  const middle = between(one.slice(start, one.length - end), two.slice(start, two.length - end));
  const tail = end ? one.slice(-end) : [];
  return joined([piece("same", one.slice(0, start)), ...middle, piece("same", tail)]);
}

function words(text: string): string[] {
  return text.match(/\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];
}

function piece(kind: Piece["kind"], parts: readonly string[]): Piece {
  return { kind, text: parts.join("") };
}

/**
 * The shortest way from one list of words to another, found from its ends (E. W. Myers, An O(ND) Difference Algorithm,
 * 1986). `reached[k]` is how far one comes on diagonal k; what it was before each step is kept for the way back.
 */
function between(one: readonly string[], two: readonly string[]): Piece[] {
  const most = Math.min(one.length + two.length, MOST_EDITS);
  const reached = new Int32Array(2 * most + 3);
  const middle = most + 1;
  const steps: Int32Array[] = [];
  for (let edits = 0; edits <= most; edits += 1) {
    steps.push(reached.slice(middle - edits - 1, middle + edits + 2));
    for (let k = -edits; k <= edits; k += 2) {
      const [down, right] = [reached[middle + k + 1] ?? 0, (reached[middle + k - 1] ?? 0) + 1];
      let x = k === -edits || (k !== edits && right <= down) ? down : right;
      while (x < one.length && x - k < two.length && one[x] === two[x - k]) x += 1;
      reached[middle + k] = x;
      if (x >= one.length && x - k >= two.length) return wayBack(one, two, steps);
    }
  }
  return [piece("removed", one), piece("added", two)];
}

function wayBack(one: readonly string[], two: readonly string[], steps: readonly Int32Array[]): Piece[] {
  const pieces: Piece[] = [];
  let [x, y] = [one.length, two.length];
  for (let edits = steps.length - 1; edits >= 0; edits -= 1) {
    const before = (k: number) => steps[edits]?.[k + edits + 1] ?? 0;
    const k = x - y;
    const isDown = k === -edits || (k !== edits && before(k - 1) < before(k + 1));
    const fromX = edits === 0 ? 0 : before(isDown ? k + 1 : k - 1);
    const fromY = edits === 0 ? 0 : fromX - (isDown ? k + 1 : k - 1);
    while (x > fromX && y > fromY) {
      x -= 1;
      y -= 1;
      pieces.push(piece("same", one.slice(x, x + 1)));
    }
    if (edits > 0) pieces.push(isDown ? piece("added", two.slice(fromY, y)) : piece("removed", one.slice(fromX, x)));
    [x, y] = [fromX, fromY];
  }
  return pieces.reverse();
}

/** Join what is next to its like. Changes with nothing but space between them are one: a sentence reads better so. */
function joined(pieces: readonly Piece[]): Piece[] {
  const made: Piece[] = [];
  let [removed, added, space] = ["", "", ""];
  const flush = () => {
    if (removed !== "") made.push({ kind: "removed", text: removed });
    if (added !== "") made.push({ kind: "added", text: added });
    if (space !== "") made.push({ kind: "same", text: space });
    [removed, added, space] = ["", "", ""];
  };
  for (const { kind, text } of pieces.filter((one) => one.text !== "")) {
    if (kind === "same") {
      if ((removed || added) && /^[^\S\n]+$/.test(text) && space === "") space = text;
      else {
        flush();
        const last = made.at(-1);
        if (last?.kind === "same") made[made.length - 1] = { kind, text: last.text + text };
        else made.push({ kind, text });
      }
      continue;
    }
    [removed, added, space] = [removed + space, added + space, ""];
    if (kind === "removed") removed += text;
    else added += text;
  }
  flush();
  return made;
}

/** How much of what stayed the same is shown around what did not, in characters. */
const AROUND = 120;

/** Return pieces with the long ones that are the same cut down to what stands near a change. */
export function excerpts(pieces: readonly Piece[]): Piece[] {
  return pieces.map((one, index) => {
    if (one.kind !== "same" || one.text.length <= 3 * AROUND) return one;
    const head = index === 0 ? "" : one.text.slice(0, AROUND);
    const tail = index === pieces.length - 1 ? "" : one.text.slice(-AROUND);
    return { kind: "same", text: pieces.length === 1 ? one.text : `${head} … ${tail}` };
  });
}
