import { type ChannelRecord, type Instance, isTemplate } from "../records";

/** A line of the list: a channel, or one of a template's below it. */
export interface Row {
  channel: ChannelRecord;
  instance: Instance | null;
}

export interface Wanted {
  search: string;
  builtIn: boolean;
  /** The templates whose channels are shown. */
  open: ReadonlySet<string>;
}

/** Return the lines to show. What is searched for is found in names and descriptions, and opens templates. */
export function rowsOf(channels: ChannelRecord[], { search, builtIn, open }: Wanted): Row[] {
  const needle = search.trim().toLowerCase();
  return channels.flatMap((channel) => {
    if (channel.builtIn && !builtIn) return [];
    const isFound = `${channel.name} ${channel.description}`.toLowerCase().includes(needle);
    const instances = channel.instances?.items ?? [];
    const found = needle && !isFound ? instances.filter((one) => one.name.toLowerCase().includes(needle)) : [];
    const shown = open.has(channel.name) ? (needle && !isFound ? found : instances) : found;
    if (!isFound && found.length === 0) return [];
    return [{ channel, instance: null }, ...shown.map((instance) => ({ channel, instance }))];
  });
}

/** Tell what a channel is beside its scope: said with a mark in the list. */
export function markOf(channel: ChannelRecord): "builtIn" | "undeclared" | "template" | null {
  if (channel.builtIn) return "builtIn";
  if (!channel.declared) return "undeclared";
  return isTemplate(channel.name) ? "template" : null;
}
