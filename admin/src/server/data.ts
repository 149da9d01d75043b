import type { DataProvider, Identifier } from "react-admin";
import { api } from "./api";
import { IDS_AT_ONCE, listQuery, pieces } from "./question";

interface List<T> {
  items: T[];
  next?: string;
  total?: number;
}

/** Return the path of a document. */
export function pathOf(collection: string, id: Identifier): string {
  return `${collection}/${encodeURIComponent(id)}`;
}

/** Return the header that has a write fail with 412 unless the document is still of this version. */
export function ifMatch(version: unknown): Record<string, string> {
  return typeof version === "number" ? { "If-Match": `"${version}"` } : {};
}

/** What forms and lists write they send themselves, and nothing of react-admin's that would write is used. */
async function refused(): Promise<never> {
  throw new Error("documents are written by forms/page/ and collections/bulk/, not by react-admin");
}

/** Documents for react-admin, to be read. Errors are thrown as Problem. */
export const dataProvider: DataProvider = {
  supportAbortSignal: true,

  async getList(collection, params) {
    const query = listQuery(params);
    const list = await api.get<List<never>>(collection, { query, signal: params.signal });
    return { data: list.items, total: list.total, pageInfo: { hasNextPage: list.next !== undefined } };
  },

  async getOne(collection, { id, signal }) {
    return { data: await api.get(pathOf(collection, id), { signal }) };
  },

  async getMany(collection, { ids, meta, signal }) {
    const asked = pieces([...new Set(ids)], IDS_AT_ONCE).map((some) => {
      const query = {
        filter: JSON.stringify({ id: { $in: some } }),
        limit: some.length,
        fields: meta?.fields?.join(","),
      };
      return api.get<List<never>>(collection, { query, signal });
    });
    return { data: (await Promise.all(asked)).flatMap((list) => list.items) };
  },

  getManyReference: refused,
  create: refused,
  update: refused,
  updateMany: refused,
  delete: refused,
  deleteMany: refused,
};
