/** Return the project's namespace in the page's path: `/admin/newsroom/articles` is one of `newsroom`. */
function namespaceOf(pathname: string): string {
  const part = pathname.split("/")[2] ?? "";
  return decodeURIComponent(part);
}

/** Where this page belongs to: its project, the part of the path that never changes, and the project's API. */
export interface Place {
  namespace: string;
  basename: string;
  api: string;
}

export function placeOf(pathname: string): Place {
  const namespace = namespaceOf(pathname);
  const part = encodeURIComponent(namespace);
  return { namespace, basename: `/admin/${part}`, api: `/api/${part}` };
}

export const PLACE: Place = placeOf(typeof location === "undefined" ? "" : location.pathname);
