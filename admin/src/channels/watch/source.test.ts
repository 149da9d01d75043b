import { expect, it } from "vitest";
import { Reader } from "./source";

const NOW = "2026-01-15T10:30:00.000Z";
const heard = (name: string, content: unknown, id = "") => ({ name, data: JSON.stringify(content), id });
const message = (id: string, more: object = {}) =>
  heard("message", { type: "chat", channel: "a", timestamp: "2026-01-15T10:00:00.000Z", ...more }, id);

function reader() {
  return new Reader(() => NOW);
}

it("makes an entry of a message", () => {
  expect(reader().read(message("e.1", { text: "hello" }))).toEqual({
    entry: {
      key: 0,
      kind: "message",
      type: "chat",
      at: "2026-01-15T10:00:00.000Z",
      body: { type: "chat", channel: "a", timestamp: "2026-01-15T10:00:00.000Z", text: "hello" },
      transient: false,
    },
    state: null,
  });
});

it("knows what is not kept: it has no id of its own, so the last one stands", () => {
  const stream = reader();
  stream.read(heard("ready", {}, "e.1"));
  const marks = ["e.1", "e.2", "e.2", "e.3"].map((id) => {
    const { entry } = stream.read(message(id));
    return entry?.kind === "message" && entry.transient;
  });
  expect(marks).toEqual([true, false, true, false]);
});

it("tells of gaps with their reason and size", () => {
  const { entry, state } = reader().read(heard("reset", { channel: "a", reason: "slow", missed: 7 }, "e.9"));
  expect(entry).toEqual({ key: 0, kind: "note", note: "reset", at: NOW, reason: "slow", missed: 7 });
  expect(state).toBeNull();
  expect(reader().read(heard("reset", { reason: "epoch" })).entry).toMatchObject({ missed: null });
});

it("says that it is back only if it was away", () => {
  const stream = reader();
  expect(stream.read(heard("ready", {}))).toEqual({ entry: null, state: "open" });
  expect(stream.lost()).toMatchObject({ note: "lost" });
  expect(stream.lost()).toBeNull();
  expect(stream.read(heard("ready", {}))).toMatchObject({ entry: { note: "back" }, state: "open" });
});

it.each([
  ["denied", "refused"],
  ["expired", "refused"],
  ["disconnected", "refused"],
  ["closing", "lost"],
  ["overloaded", "lost"],
])("after %s the stream is %s", (name, state) => {
  expect(reader().read(heard(name, {}))).toMatchObject({ entry: { note: name }, state });
});

it("does not say twice why the stream is gone", () => {
  const stream = reader();
  stream.read(heard("closing", {}));
  expect(stream.lost()).toBeNull();
  stream.read(heard("ready", {}));
  expect(stream.lost()).toMatchObject({ note: "lost" });
});
