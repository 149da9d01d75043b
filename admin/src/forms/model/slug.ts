/** Slugs as the server will make them, as far as that can be foretold here. */

const WORDS: Readonly<Record<string, string>> = Object.fromEntries(
  [
    "ß ss æ ae œ oe ø o ł l đ d ð d þ th ħ h ı i ŋ ng ŧ t ĸ k ƒ f ə @",
    "α a β b γ g δ d ε e ζ z η e θ th ι i κ k λ l μ m ν n ξ x ο o π p ρ r ς s σ s τ t υ u φ ph χ kh ψ ps ω o",
    "а a б b в v г g д d е e ж zh з z и i й i к k л l м m н n о o п p р r с s т t у u ф f х kh ц ts ч ch ш sh щ shch",
    "ы y э e ю iu я ia ђ dj є ie ѕ dz і i ј j љ lj њ nj ћ tsh џ dzh ґ g",
    "€ eur £ ps § ss © (c) ® (r) ° deg ¶ p ⁄ / ™ tm № no × x",
  ].flatMap((line) => pairs(line.split(" "))),
);
/** Signs that leave nothing behind, where others leave a dash. */
const SILENT = /['‘’‛′´`ъьЪЬ\u00ad\u200b-\u200f\u2060]/gu;

function pairs(words: readonly string[]): [string, string][] {
  return words.flatMap((word, index) => (index % 2 === 0 ? [[word, words[index + 1] ?? ""] as [string, string]] : []));
}

/**
 * Return the slug of a text, "" where there is none to make, or null where the text is in a script that is spelt out by
 * the server alone.
 */
export function slugOf(text: string, longest: number | null = null): string | null {
  const plain = text.replace(/'+/g, "-").normalize("NFKD").replace(/\p{M}/gu, "").replace(SILENT, "");
  const latin = [...plain.toLowerCase()].map((sign) => WORDS[sign] ?? sign).join("");
  if (/[^\P{L}a-z]/u.test(latin)) return null;
  const slug = latin
    .replace(/(?<=\d),(?=\d)/g, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return cut(slug, Math.min(200, longest ?? 200));
}

/** Shorten a slug to the words that fit. */
function cut(slug: string, longest: number): string {
  if (slug.length < longest || !slug.includes("-")) return slug.slice(0, longest);
  let kept = "";
  for (const word of slug.split("-")) {
    const length = kept.length + word.length;
    if (length === longest) {
      kept += word;
      break;
    }
    if (length < longest) kept += `${word}-`;
  }
  return (kept || slug.slice(0, longest)).replace(/-+$/, "");
}
