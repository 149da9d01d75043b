import { useTranslate } from "react-admin";
import type { Run } from "./records";

/** Who queued a run: somebody, or its schedule. */
export function Starter({ run, users }: { run: Pick<Run, "queuedBy">; users: Record<string, string> }) {
  const translate = useTranslate();
  return <>{run.queuedBy === null ? translate("jobs.run.schedule") : (users[run.queuedBy] ?? run.queuedBy)}</>;
}
