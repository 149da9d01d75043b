import type { Action } from "../types";

/** A question about permissions; an empty id is about the collection as a whole. */
export interface Asked {
  actor: string;
  action: Action;
  collection: string;
  id: string;
}

/** Somebody to ask about; `group` is the kind. */
export interface ActorOption {
  value: string;
  label: string;
  group: "everybody" | "role" | "user" | "token";
}

interface Known {
  roles: string[];
  users: { email: string; name: string }[];
  tokens: { name: string }[];
}

/** Return whom one can ask about, in the server's words, kind by kind. */
export function actorsOf({ roles, users, tokens }: Known): ActorOption[] {
  return [
    { value: "public", label: "public", group: "everybody" },
    ...roles.map((role) => ({ value: `role:${role}`, label: `role:${role}`, group: "role" as const })),
    ...users.map(({ email, name }) => ({
      value: email,
      label: name ? `${name} · ${email}` : email,
      group: "user" as const,
    })),
    ...tokens.map(({ name }) => ({ value: `token:${name}`, label: `token:${name}`, group: "token" as const })),
  ];
}
