import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { createContext, useContext, useSyncExternalStore } from "react";
import type { AuthProvider } from "react-admin";
import { api } from "./api";
import type { Description } from "./description";
import { isProblem } from "./problem";

/** `unknown`: not asked yet; `out`: nobody is signed in; `ended`: somebody was, and no longer is. */
type SessionState = "unknown" | "in" | "out" | "ended";

/** What `GET /api/{ns}` says to everybody. */
interface Front {
  label: string;
  user: { id: string } | null;
}

interface SignedIn {
  user: { id: string };
}

const RETRIES = 2;
const LONGEST_WAIT_S = 10;

/** Who is signed in, as far as this page knows. The cookie itself no script can read. */
export class Session {
  state: SessionState = "unknown";
  /** The project's name, as soon as it is known. */
  label = "";
  /** Who is signed in, or was when the session ended. */
  userId: string | null = null;
  /** Signed in with a one-time code, on this very page. */
  byCode = false;
  /** Called before somebody else is signed in than before, and when nobody is: nothing of theirs may stay. */
  onOther: () => void = () => {};
  private readonly watchers = new Set<() => void>();
  private asking: Promise<void> | null = null;

  /** Ask the server whether somebody is signed in; who asks meanwhile gets the same answer. Throws Problem. */
  ask(): Promise<void> {
    this.asking ??= this.look().finally(() => {
      this.asking = null;
    });
    return this.asking;
  }

  async signIn(credentials: { email: string; password: string } | { code: string }): Promise<void> {
    const { user } = await api.post<SignedIn>("_auth/login", credentials);
    this.byCode = "code" in credentials;
    this.become("in", user.id);
  }

  /** End the session. Throws Problem where the server cannot be told: then it has not ended. */
  async signOut(): Promise<void> {
    await api.post("_auth/logout");
    this.become("out", null);
  }

  /** Be told whenever `state` or `userId` changes. */
  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  private async look(): Promise<void> {
    const { label, user } = await api.get<Front>("");
    this.label = label;
    if (user) this.become("in", user.id);
    else if (this.userId === null) this.become("out", null);
    else this.become("ended", this.userId);
  }

  private become(state: SessionState, userId: string | null): void {
    if (this.state === state && this.userId === userId) return;
    if (this.userId !== null && this.userId !== userId) this.onOther();
    this.state = state;
    this.userId = userId;
    for (const watcher of [...this.watchers]) watcher();
  }
}

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error("useSession is for what is inside of App");
  return session;
}

export function useSessionState(): SessionState {
  const session = useSession();
  return useSyncExternalStore(
    (told) => session.watch(told),
    () => session.state,
  );
}

/** Return who is signed in, or was when the session ended. */
export function useUserId(): string | null {
  const session = useSession();
  return useSyncExternalStore(
    (told) => session.watch(told),
    () => session.userId,
  );
}

/** Return the store of what the server has answered. Any 401 makes the session ask whether it has ended. */
export function queryClientOf(session: Session): QueryClient {
  const onError = (error: unknown): void => {
    // Where the server is away now, the next request finds out.
    if (isProblem(error, 401)) session.ask().catch(() => {});
  };
  const client = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: { queries: { retry: mayPass, retryDelay: (count, error) => waitFor(error, count) } },
  });
  session.onOther = () => client.clear();
  return client;
}

/** Tell whether a question is worth asking again: the server was away, busy, or asked too often. */
function mayPass(count: number, error: unknown): boolean {
  return count < RETRIES && isProblem(error) && (error.status === 0 || error.status === 429 || error.status >= 502);
}

/** Return how many milliseconds to wait before asking again: as long as the server says, but not for ever. */
function waitFor(error: unknown, count: number): number {
  const seconds = (isProblem(error) && error.retryAfter) || 2 ** count;
  return Math.min(seconds, LONGEST_WAIT_S) * 1000;
}

/** What react-admin asks of a session. Whether it has ended is found by `queryClientOf`, for all requests alike. */
export function authProviderOf(session: Session, client: QueryClient): AuthProvider {
  const description = () => client.getQueryData<Description>(["_admin"]);
  return {
    login: (credentials) => session.signIn(credentials),
    logout: async () => {
      if (session.state === "in") await session.signOut();
    },
    checkAuth: async () => {},
    checkError: async () => {},
    getIdentity: async () => {
      const user = description()?.user;
      return { id: user?.id ?? "", fullName: user?.name };
    },
    getPermissions: async () => description()?.user.roles ?? [],
  };
}
