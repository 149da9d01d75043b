import { isProblem } from "../../server/problem";
import { csv } from "./csv";
import { valueAt } from "./fields";
import type { Json } from "./filter";

export interface Answer {
  items: Json[];
  next?: string;
}

export interface Ports {
  ask(cursor: string | null): Promise<Answer>;
  wait(seconds: number): Promise<void>;
}

export type Format = "csv" | "json";

const WAIT_S = 5;
/** By this a spreadsheet knows that a file is UTF-8. */
const MARK = "\uFEFF";

/** Go through a list page by page. A server that asks for patience is waited for. */
export async function* pages({ ask, wait }: Ports): AsyncGenerator<Json[]> {
  let cursor: string | null = null;
  for (;;) {
    const answer: Answer = await patiently(() => ask(cursor), wait);
    yield answer.items;
    if (answer.next === undefined) return;
    cursor = answer.next;
  }
}

async function patiently<T>(act: () => Promise<T>, wait: (seconds: number) => Promise<void>): Promise<T> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!isProblem(error, 429)) throw error;
      await wait(error.retryAfter ?? WAIT_S);
    }
  }
}

/** Writes documents into the parts of a file, page after page. */
interface Writer {
  type: string;
  begin: string;
  page(documents: readonly Json[], isFirst: boolean): string;
  end: string;
}

/** Return what writes documents as CSV with a column for each path, or as a JSON array of whole documents. */
export function writerOf(format: Format, paths: readonly string[]): Writer {
  if (format === "csv") {
    const rows = (documents: readonly Json[]) => csv(documents.map((one) => paths.map((path) => valueAt(one, path))));
    return { type: "text/csv;charset=utf-8", begin: MARK + csv([paths]), page: rows, end: "" };
  }
  const lines = (documents: readonly Json[]) => documents.map((one) => JSON.stringify(one)).join(",\n");
  return {
    type: "application/json",
    begin: "[\n",
    page: (documents, isFirst) => (documents.length > 0 && !isFirst ? `,\n${lines(documents)}` : lines(documents)),
    end: "\n]\n",
  };
}
