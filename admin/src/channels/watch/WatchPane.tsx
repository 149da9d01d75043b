import Card from "@mui/material/Card";
import CardContent from "@mui/material/CardContent";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { api } from "../../server/api";
import { Failure } from "../../shell/Failure";
import { CurlMenu } from "../CurlMenu";
import { watching } from "../curl";
import type { ChannelRecord } from "../records";
import { FeedBar } from "./FeedBar";
import { FeedList } from "./FeedList";
import { countMessages, type Filter, filtered, typesOf } from "./feed";
import { ReplayForm } from "./ReplayForm";
import { useWatch } from "./useWatch";

/** The messages of a channel, as they are sent. */
export function WatchPane({ channel }: { channel: ChannelRecord }) {
  const translate = useTranslate();
  const watch = useWatch(channel.name);
  const [replay, setReplay] = useState({ lastN: String(Math.min(20, channel.bufferSize)), maxAge: "" });
  const [filter, setFilter] = useState<Filter>({ type: "", search: "" });
  const [isNewestFirst, setNewestFirst] = useState(true);
  const { feed, state } = watch;
  const isWatching = state === "connecting" || state === "open" || state === "lost";
  const entries = filtered(feed.entries, filter);
  const declared = [...Object.keys(channel.events ?? {}), ...channel.receive.map(({ type }) => type)];
  return (
    <Card component="section" aria-labelledby="watch-title">
      <CardContent>
        <Stack spacing={2}>
          <Stack direction="row" sx={{ justifyContent: "space-between", alignItems: "center" }}>
            <Typography id="watch-title" variant="h3" component="h2">
              {translate("channels.watch.title")}
            </Typography>
            <CurlMenu commands={commandsOf(channel, replay)} />
          </Stack>
          <ReplayForm
            most={channel.bufferSize}
            isWatching={isWatching}
            replay={replay}
            onChange={setReplay}
            onStart={watch.start}
            onStop={watch.stop}
          />
          {watch.refusal !== null && <Failure error={watch.refusal} />}
          {(state !== "stopped" || feed.entries.length > 0) && (
            <FeedBar
              watch={watch}
              filter={filter}
              onFilter={setFilter}
              types={typesOf(declared, feed.entries)}
              shown={countMessages(entries)}
              isNewestFirst={isNewestFirst}
              onNewestFirst={setNewestFirst}
            />
          )}
          <FeedList
            name={channel.name}
            entries={entries}
            isNewestFirst={isNewestFirst}
            reason={state === "stopped" ? "idle" : feed.entries.length > 0 ? "filtered" : "waiting"}
          />
        </Stack>
      </CardContent>
    </Card>
  );
}

function commandsOf(channel: ChannelRecord, replay: { lastN: string; maxAge: string }) {
  const absolute = (path: string, query: Record<string, string | null>) =>
    new URL(api.url(path, query), window.location.href).href;
  const path = `_channels/${encodeURIComponent(channel.name)}/messages`;
  const commands = [
    {
      key: "watch",
      text: watching(absolute(path, { lastN: replay.lastN.trim() || null, maxAge: replay.maxAge.trim() || null })),
    },
  ];
  if (channel.declared)
    commands.push({ key: "listen", text: watching(absolute("_events", { channels: channel.name })) });
  return commands;
}
