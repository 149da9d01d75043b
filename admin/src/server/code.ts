const NAME = "sign-in";

/** Return the one-time code of a fragment, null where there is none. */
export function codeIn(hash: string): string | null {
  return new URLSearchParams(hash.replace(/^#/, "")).get(NAME) || null;
}

/** Return the one-time code of the page's address and take it out there, so that it is not kept, shared or sent on. */
export function takeCode(location: Location, history: History): string | null {
  const code = codeIn(location.hash);
  if (code) history.replaceState(history.state, "", location.pathname + location.search);
  return code;
}
