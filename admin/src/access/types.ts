/** A user as the server shows one to admins. */
export interface UserRecord {
  id: string;
  email: string;
  name: string;
  roles: string[];
  disabled: boolean;
  hasPassword: boolean;
  createdAt: string;
  updatedAt: string;
}

/** A one-time code, shown once. */
export interface Invitation {
  code: string;
  expiresAt: string;
}

export interface Invited {
  user: UserRecord;
  invitation: Invitation | null;
}

export interface Page<T> {
  items: T[];
  total: number;
}

export interface SessionRecord {
  id: string;
  createdAt: string;
  lastSeenAt: string;
  expiresAt: string;
  ip: string;
  agent: string;
  /** The session of this page. */
  current: boolean;
  /** Whose it is; in the list for admins only. */
  user?: { id: string; email: string; name: string; roles: string[] };
}

export interface TokenRecord {
  id: string;
  name: string;
  roles: string[];
  createdAt: string;
  lastUsedAt: string | null;
  expiresAt: string | null;
}

export type Action = "read" | "create" | "update" | "delete";
export const ACTIONS: Action[] = ["read", "create", "update", "delete"];

export type Verdict = "allowed" | "refused" | "depends";

/** A permission entry as the YAML has it. */
export interface Conditions {
  filter?: Record<string, unknown>;
  hide?: string[];
  allow?: string[];
  deny?: string[];
  set?: Record<string, unknown>;
}

export interface Line {
  principal: string;
  source: { file: string; line: number | null };
  /** Whether its filter matches the document; null where no document was named and there is a filter. */
  matches: boolean | null;
  entry: true | Conditions;
}

/** What `GET _explain` answers. */
export interface Explanation {
  actor: { kind: "public" | "user" | "token"; id: string | null; name: string; roles: string[] };
  disabled: boolean;
  action: Action;
  collection: string;
  virtual: boolean;
  verdict: Verdict;
  reason: string;
  principals: string[];
  /** The index of the line that allows it. */
  deciding: number | null;
  lines: Line[];
  hidden: string[] | null;
  writable: string[];
}
