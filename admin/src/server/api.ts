import { PLACE } from "./place";
import { problemOf, unreachable } from "./problem";

export { Problem } from "./problem";

type QueryValue = string | number | boolean | null | undefined;
export type Query = Record<string, QueryValue>;

export interface Options {
  /** What is null or undefined is left out. */
  query?: Query;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** Return the address of a path below `/api/{ns}/`, or of the project itself where it is empty, with its query. */
export function url(path: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined) parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return `${PLACE.api}${path && `/${path}`}${text && `?${text}`}`;
}

/** Ask, and return the answer whatever its status is. Throws Problem only where none came, or a DOMException if aborted. */
async function raw(path: string, init: RequestInit & { query?: Query } = {}): Promise<Response> {
  const { query, ...rest } = init;
  try {
    return await fetch(url(path, query), { credentials: "same-origin", ...rest });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw unreachable(error);
  }
}

/** What a call returns beside the body: the headers, for an ETag or a place. */
export interface Answer<T> {
  body: T;
  headers: Headers;
}

/** Send a request with a JSON body, or a form as it is, and return the answer. Throws Problem where it refuses. */
export async function send<T>(method: string, path: string, body?: unknown, options: Options = {}): Promise<Answer<T>> {
  const isForm = body instanceof FormData;
  const headers: Record<string, string> = { Accept: "application/json", ...options.headers };
  if (body !== undefined && !isForm) headers["Content-Type"] ??= "application/json";
  const response = await raw(path, {
    method,
    headers,
    query: options.query,
    signal: options.signal,
    body: body === undefined ? undefined : isForm ? body : JSON.stringify(body),
  });
  if (!response.ok) throw await problemOf(response);
  const text = await response.text();
  return { body: (text ? JSON.parse(text) : undefined) as T, headers: response.headers };
}

async function body<T>(answer: Promise<Answer<T>>): Promise<T> {
  return (await answer).body;
}

/** The project's REST API; paths are below `/api/{ns}/`, refusals are thrown as Problem. */
export const api = {
  url,
  raw,
  get: <T>(path: string, options?: Options) => body(send<T>("GET", path, undefined, options)),
  post: <T>(path: string, content: unknown = {}, options?: Options) => body(send<T>("POST", path, content, options)),
  put: <T>(path: string, content: unknown = {}, options?: Options) => body(send<T>("PUT", path, content, options)),
  patch: <T>(path: string, content: unknown = {}, options?: Options) => body(send<T>("PATCH", path, content, options)),
  delete: <T>(path: string, content?: unknown, options?: Options) => body(send<T>("DELETE", path, content, options)),
};
