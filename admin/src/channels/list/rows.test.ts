import { expect, it } from "vitest";
import type { ChannelRecord } from "../records";
import { markOf, rowsOf } from "./rows";

const NUMBERS = { live: true, subscribers: 0, kept: 0, oldest: null, messages: 0, drops: 0, resets: 0, present: 0 };

function channel(name: string, more: Partial<ChannelRecord> = {}, instances: string[] = []): ChannelRecord {
  const items = instances.map((one) => ({ ...NUMBERS, rates: { "10s": 0, "60s": 0 }, name: one }));
  return {
    ...NUMBERS,
    rates: { "10s": 0, "60s": 0 },
    name,
    declared: true,
    builtIn: false,
    declaration: name,
    source: null,
    description: "",
    scope: "public",
    events: null,
    receive: [],
    presence: false,
    bufferSize: 100,
    messageTTL: null,
    lastN: 0,
    maxAge: null,
    onFull: "drop-oldest",
    hooks: { subscribe: null, leave: null },
    ...(name.includes("{") ? { instances: { count: items.length, items } } : {}),
    ...more,
  };
}

const ALL = [
  channel("news", { description: "What is new" }),
  channel("user:{userId}", {}, ["user:1", "user:2"]),
  channel("_hooks", { builtIn: true }),
  channel("secret", { declared: false, declaration: null }),
];

const names = (wanted: { search?: string; builtIn?: boolean; open?: string[] }) =>
  rowsOf(ALL, { search: wanted.search ?? "", builtIn: wanted.builtIn ?? false, open: new Set(wanted.open) }).map(
    ({ channel: one, instance }) => instance?.name ?? one.name,
  );

it("leaves out the server's own channels unless they are asked for", () => {
  expect(names({})).toEqual(["news", "user:{userId}", "secret"]);
  expect(names({ builtIn: true })).toEqual(["news", "user:{userId}", "_hooks", "secret"]);
});

it("shows a template's channels when it is open", () => {
  expect(names({ open: ["user:{userId}"] })).toEqual(["news", "user:{userId}", "user:1", "user:2", "secret"]);
});

it("finds names, descriptions, and channels of templates", () => {
  expect(names({ search: " NEW " })).toEqual(["news"]);
  expect(names({ search: "user:2" })).toEqual(["user:{userId}", "user:2"]);
  expect(names({ search: "user" })).toEqual(["user:{userId}"]);
  expect(names({ search: "user:2", open: ["user:{userId}"] })).toEqual(["user:{userId}", "user:2"]);
  expect(names({ search: "_hooks" })).toEqual([]);
});

it("marks what is no plain declared channel", () => {
  expect(ALL.map(markOf)).toEqual([null, "template", "builtIn", "undeclared"]);
});
