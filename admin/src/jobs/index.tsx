import { lazy } from "react";
import { Route, Routes } from "react-router-dom";
import { JobList } from "./list/JobList";

const JobPage = lazy(async () => ({ default: (await import("./page/JobPage")).JobPage }));
const RunList = lazy(async () => ({ default: (await import("./list/RunList")).RunList }));
const RunPage = lazy(async () => ({ default: (await import("./run/RunPage")).RunPage }));

/** The jobs of the project, one of them, all runs, and one run. */
export function Jobs() {
  return (
    <Routes>
      <Route index element={<JobList />} />
      <Route path="job/:name" element={<JobPage />} />
      <Route path="runs" element={<RunList />} />
      <Route path="runs/:id" element={<RunPage />} />
    </Routes>
  );
}
