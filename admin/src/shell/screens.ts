import { lazy } from "react";

// A list is what nearly everybody comes to first, and nothing is waited for there; each area beside is a file of its
// own, asked for when somebody goes there.
export { CollectionList } from "../collections";
export const DocumentEdit = lazy(async () => ({ default: (await import("../forms")).DocumentEdit }));
export const DocumentCreate = lazy(async () => ({ default: (await import("../forms")).DocumentCreate }));
const Channels = lazy(async () => ({ default: (await import("../channels")).Channels }));
const Hooks = lazy(async () => ({ default: (await import("../hooks")).Hooks }));
const Jobs = lazy(async () => ({ default: (await import("../jobs")).Jobs }));
const System = lazy(async () => ({ default: (await import("../system")).System }));
const Users = lazy(async () => ({ default: (await import("../access")).Users }));
const Tokens = lazy(async () => ({ default: (await import("../access")).Tokens }));
const Explain = lazy(async () => ({ default: (await import("../access")).Explain }));
const Account = lazy(async () => ({ default: (await import("../account")).Account }));
const FirstRun = lazy(async () => ({ default: (await import("../account")).FirstRun }));

/** Where the first sign-in with a one-time code leads. */
export const FIRST_RUN = "/_welcome";
export const ACCOUNT = "/_account";

/** The screens beside the collections'. Their paths begin with `_`, as no collection's name does. */
export const ADMIN_SCREENS = [
  { path: "/_channels", name: "channels", screen: Channels },
  { path: "/_jobs", name: "jobs", screen: Jobs },
  { path: "/_hooks", name: "hooks", screen: Hooks },
  { path: "/_users", name: "users", screen: Users },
  { path: "/_tokens", name: "tokens", screen: Tokens },
  { path: "/_explain", name: "explain", screen: Explain },
  { path: "/_system", name: "system", screen: System },
] as const;

export const OWN_SCREENS = [
  { path: ACCOUNT, screen: Account },
  { path: FIRST_RUN, screen: FirstRun },
] as const;
