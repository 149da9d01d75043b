import type { JsonSchema } from "../../schema";
import type { ChannelRecord } from "../records";

/** As who a message is sent: as the server, like hooks do, or as a client. */
export type Way = "server" | "client";

/** Return in which ways anything can be sent to a channel. */
export function waysOf(channel: ChannelRecord): Way[] {
  const ways: Way[] = [];
  if (!channel.builtIn) ways.push("server");
  if (channel.receive.length > 0) ways.push("client");
  return ways;
}

/** Return the types that may be sent, null where that is any. */
export function typesFor(channel: ChannelRecord, way: Way): string[] | null {
  if (way === "client") return channel.receive.map(({ type }) => type);
  return channel.events ? Object.keys(channel.events).sort() : null;
}

/** Return what describes a message of a type, without its envelope; null where it may be anything. */
export function schemaFor(channel: ChannelRecord, way: Way, type: string): JsonSchema | null {
  if (way === "server") return channel.events?.[type] ?? null;
  return channel.receive.find((one) => one.type === type)?.schema ?? null;
}

/** Return the path to which a message is posted. */
export function pathFor(channel: ChannelRecord, way: Way): string {
  const path = `_channels/${encodeURIComponent(channel.name)}`;
  return way === "server" ? `${path}/messages` : path;
}
