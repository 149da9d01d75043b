import type { JsonSchema } from "../schema";

/** What a channel's numbers are, of one channel or of all channels of a template together. */
export interface Numbers {
  live: boolean;
  subscribers: number;
  kept: number;
  oldest: string | null;
  messages: number;
  rates: { "10s": number; "60s": number };
  drops: number;
  resets: number;
  present: number;
}

interface Receives {
  type: string;
  schema: JsonSchema | null;
  transient: boolean;
  hook: string | null;
}

/** A channel as `GET _channels` lists it. */
export interface ChannelRecord extends Numbers {
  name: string;
  declared: boolean;
  builtIn: boolean;
  /** The name of the declaration that it belongs to: of a template, `user:{userId}`. */
  declaration: string | null;
  source: { file: string; line: number } | null;
  description: string;
  scope: string | null;
  events: Record<string, JsonSchema> | null;
  receive: Receives[];
  presence: boolean;
  bufferSize: number;
  /** Seconds; null is no limit. */
  messageTTL: number | null;
  lastN: number;
  /** Seconds; null is no limit. */
  maxAge: number | null;
  onFull: "drop-oldest" | "drop-newest";
  hooks: { subscribe: string | null; leave: string | null };
  /** Of a template: the first of its channels that exist, and how many do. */
  instances?: { count: number; items: Instance[] };
}

export interface Instance extends Numbers {
  name: string;
}

export interface ChannelsAnswer {
  items: ChannelRecord[];
  /** How many channels there are that nobody declared. */
  undeclared: number;
}

export interface There {
  users: { id: string; name: string | null }[];
  /** How many more are there than are named. */
  more: number;
  anonymous: number;
}

export interface ChannelAnswer extends ChannelRecord {
  there: There;
}

export function isTemplate(name: string): boolean {
  return name.includes("{");
}

/** Return the path of a channel's page, within this screen. */
export function pageOf(name: string): string {
  return `/_channels/${encodeURIComponent(name)}`;
}
