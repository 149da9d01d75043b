import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { DESCRIPTION, DescriptionContext } from "../server/description";
import { attend, browserStream, StreamContext, useChannel } from "../server/live";
import { useSession, useSessionState } from "../server/session";
import { Failure } from "./Failure";
import { Frame } from "./Frame";
import { Routes } from "./Routes";
import { Splash } from "./Splash";

/** The project for somebody who is signed in: what it is made of, its live channels, its screens. */
export function Project() {
  const { data, error, refetch } = useQuery(DESCRIPTION);
  if (!data) {
    return error ? (
      <Frame>
        <Failure error={error} retry={() => void refetch()} />
      </Frame>
    ) : (
      <Splash />
    );
  }
  return (
    <DescriptionContext value={data}>
      <Live>
        <Routes />
      </Live>
    </DescriptionContext>
  );
}

function Live({ children }: { children: ReactNode }) {
  const session = useSession();
  const [stream] = useState(() => browserStream(() => void session.ask().catch(() => {})));
  useEffect(() => attend(stream), [stream]);
  useReturn(() => stream.revive());
  return (
    <StreamContext value={stream}>
      <Reloads onReload={() => stream.reconsider()} />
      {children}
    </StreamContext>
  );
}

/** What was shown when the session ended is read again when somebody has signed in. */
function useReturn(onReturn: () => void) {
  const client = useQueryClient();
  const state = useSessionState();
  const before = useRef(state);
  useEffect(() => {
    if (state === "in" && before.current === "ended") {
      onReturn();
      void client.invalidateQueries();
    }
    before.current = state;
  });
}

/** The project's YAML may change at any time: then everything is asked for again. */
function Reloads({ onReload }: { onReload: () => void }) {
  const client = useQueryClient();
  const renew = () => {
    onReload();
    void client.invalidateQueries({ queryKey: ["_admin"] });
  };
  useChannel("_project", (message) => message.type === "reloaded" && renew(), { onReset: renew });
  return null;
}
