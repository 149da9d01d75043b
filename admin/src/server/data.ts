import type { DataProvider, Identifier, RaRecord } from "react-admin";
import { api } from "./api";
import { bodyOf, patchOf } from "./patch";
import { IDS_AT_ONCE, listQuery, pieces } from "./question";

interface List<T> {
  items: T[];
  next?: string;
  total?: number;
}

type Document = RaRecord & { version?: number };

/** Return the path of a document. */
export function pathOf(collection: string, id: Identifier): string {
  return `${collection}/${encodeURIComponent(id)}`;
}

/** Return the header that has a write fail with 412 unless the document is still of this version. */
export function ifMatch(version: unknown): Record<string, string> {
  return typeof version === "number" ? { "If-Match": `"${version}"` } : {};
}

/**
 * Documents for react-admin. Errors are thrown as Problem.
 *
 * `update` sends only what changed since `previousData`, and asks that its version still be the stored one; another
 * version, or null for any, is `meta.version`. `updateMany` and `deleteMany` are all or nothing for a hundred at a time.
 */
export const dataProvider: DataProvider = {
  supportAbortSignal: true,

  async getList(collection, params) {
    const query = listQuery(params);
    const list = await api.get<List<never>>(collection, { query, signal: params.signal });
    return { data: list.items, total: list.total, pageInfo: { hasNextPage: list.next !== undefined } };
  },

  async getOne(collection, { id, meta, signal }) {
    const query = { expand: meta?.expand?.join(",") };
    return { data: await api.get(pathOf(collection, id), { query, signal }) };
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

  getManyReference(collection, { target, id, meta, ...params }) {
    const filter = { $and: [{ [target]: id }, ...(meta?.filter ? [meta.filter] : [])] };
    return dataProvider.getList(collection, { ...params, meta: { ...meta, filter } });
  },

  async create(collection, { data }) {
    return { data: await api.post(collection, bodyOf(data)) };
  },

  async update(collection, { id, data, previousData, meta }) {
    const before: Document = previousData ?? { id };
    const patch = patchOf(before, { ...before, ...data });
    if (patch === null) return { data: before as never };
    const version = meta?.version === undefined ? before.version : meta.version;
    return { data: await api.patch(pathOf(collection, id), patch, { headers: ifMatch(version) }) };
  },

  async updateMany(collection, { ids, data }) {
    await batch(ids.map((id) => ({ method: "PATCH", path: pathOf(collection, id), body: data })));
    return { data: ids };
  },

  async delete(collection, { id, previousData, meta }) {
    await api.delete(pathOf(collection, id), undefined, { headers: ifMatch(meta?.version) });
    return { data: (previousData ?? { id }) as never };
  },

  async deleteMany(collection, { ids }) {
    await batch(ids.map((id) => ({ method: "DELETE", path: pathOf(collection, id) })));
    return { data: ids };
  },
};

interface Operation {
  method: "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  body?: unknown;
}

async function batch(operations: Operation[]): Promise<void> {
  for (const some of pieces(operations, IDS_AT_ONCE)) await api.post("_batch", { operations: some });
}
