import { localStorageStore } from "react-admin";
import { DESCRIPTION } from "./server/description";
import { PLACE } from "./server/place";
import { authProviderOf, queryClientOf, Session } from "./server/session";
import { i18nProviderOf, preferred } from "./text";

export type Parts = ReturnType<typeof makeParts>;

/** Make what the page needs beside what it shows, and ask the server what it will need first, while it is drawn. */
export function makeParts() {
  const session = new Session();
  const queryClient = queryClientOf(session);
  const store = localStorageStore(undefined, `hookstream.${PLACE.namespace}`);
  session.watch(() => {
    if (session.state === "in") void queryClient.prefetchQuery(DESCRIPTION);
  });
  // Where that fails, the gate asks again and says so.
  session.ask().catch(() => {});
  return {
    session,
    context: {
      queryClient,
      store,
      authProvider: authProviderOf(session, queryClient),
      i18nProvider: i18nProviderOf(store.getItem<string>("locale") ?? preferred(navigator.languages)),
    },
  };
}
