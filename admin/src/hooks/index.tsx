import { lazy } from "react";
import { Route, Routes } from "react-router-dom";
import { HookList } from "./list/HookList";

const HookPage = lazy(async () => ({ default: (await import("./page/HookPage")).HookPage }));

/** The project's functions; and one of them: where it is used, how it does, how it has failed. */
export function Hooks() {
  return (
    <Routes>
      <Route index element={<HookList />} />
      <Route path=":name" element={<HookPage />} />
    </Routes>
  );
}
