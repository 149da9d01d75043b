import { lazy } from "react";
import { Route, Routes } from "react-router-dom";
import { ChannelList } from "./list/ChannelList";

const ChannelPage = lazy(async () => ({ default: (await import("./page/ChannelPage")).ChannelPage }));

/** The channels of the project; and one of them: what it is, who is there, what is said. */
export function Channels() {
  return (
    <Routes>
      <Route index element={<ChannelList />} />
      <Route path=":name" element={<ChannelPage />} />
    </Routes>
  );
}
