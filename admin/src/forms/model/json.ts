/** JSON as people write it into a form, and where it is wrong. */

/** What is missing or too much at the first mistake. */
type Mistake = "value" | "key" | "colon" | "comma" | "end" | "text" | "rest";

export interface Unreadable {
  /** The line of the first mistake, from 1. */
  line: number;
  mistake: Mistake;
}

type Parsed = { value: unknown; unreadable?: undefined } | { unreadable: Unreadable };

/** Return what a text says; an empty one says null. */
export function parse(text: string): Parsed {
  if (text.trim() === "") return { value: null };
  try {
    return { value: JSON.parse(text) };
  } catch {
    const { position, mistake } = new Scanner(text).firstMistake();
    return { unreadable: { line: text.slice(0, position).split("\n").length, mistake } };
  }
}

export function print(value: unknown): string {
  return value === undefined || value === null ? "" : JSON.stringify(value, null, 2);
}

const SPACE = /[ \t\r\n]*/y;
const SCALAR = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON allows none in a text (RFC 8259 §7)
const TEXT = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y;

class Found extends Error {
  constructor(
    readonly position: number,
    readonly mistake: Mistake,
  ) {
    super(mistake);
  }
}

/** Goes through a text as far as it is JSON (RFC 8259). Browsers do not say where they stopped, or each in its own way. */
class Scanner {
  private at = 0;

  constructor(private readonly text: string) {}

  firstMistake(): { position: number; mistake: Mistake } {
    try {
      this.value();
      this.take(SPACE);
      return { position: this.at, mistake: "rest" };
    } catch (error) {
      if (error instanceof Found) return error;
      throw error;
    }
  }

  private take(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    if (!pattern.test(this.text)) return false;
    this.at = pattern.lastIndex;
    return true;
  }

  private sign(): string {
    this.take(SPACE);
    return this.text[this.at] ?? "";
  }

  private fail(mistake: Mistake): never {
    throw new Found(this.at, this.sign() === "" ? "end" : mistake);
  }

  private value(): void {
    const sign = this.sign();
    if (sign === "{") this.members("}", () => this.member());
    else if (sign === "[") this.members("]", () => this.value());
    else if (sign === '"') this.string();
    else if (!this.take(SCALAR)) this.fail("value");
  }

  private string(): void {
    if (!this.take(TEXT)) throw new Found(this.at, "text");
  }

  private member(): void {
    if (this.sign() !== '"') this.fail("key");
    this.string();
    if (this.sign() !== ":") this.fail("colon");
    this.at += 1;
    this.value();
  }

  private members(end: string, one: () => void): void {
    this.at += 1;
    if (this.sign() === end) {
      this.at += 1;
      return;
    }
    while (true) {
      one();
      const sign = this.sign();
      if (sign !== end && sign !== ",") this.fail("comma");
      this.at += 1;
      if (sign === end) return;
    }
  }
}
