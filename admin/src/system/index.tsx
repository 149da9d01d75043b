import Alert from "@mui/material/Alert";
import Link from "@mui/material/Link";
import { lazy, Suspense } from "react";
import { useTranslate } from "react-admin";
import { Link as RouterLink } from "react-router-dom";
import { Failure } from "../shell/Failure";
import { Page } from "../shell/Page";
import { Splash } from "../shell/Splash";
import { Cards } from "./cards/Cards";
import { SystemLog } from "./log/SystemLog";
import { useFacts, useHistory } from "./queries";
import type { SystemFacts } from "./records";

const Charts = lazy(async () => ({ default: (await import("./charts/Charts")).Charts }));

/** What runs here and how it does: now, over the last hour, and in its own words. */
export function System() {
  const facts = useFacts();
  const history = useHistory();
  const samples = history.data?.items ?? [];
  return (
    <Page title="system.title">
      {facts.error && <Failure error={facts.error} retry={() => void facts.refetch()} />}
      {!facts.data && !facts.error && <Splash />}
      {facts.data && (
        <>
          <Warnings facts={facts.data} />
          <Cards facts={facts.data} sample={samples.at(-1) ?? facts.data.now} />
        </>
      )}
      {history.error && <Failure error={history.error} retry={() => void history.refetch()} />}
      <Suspense fallback={<Splash />}>{history.data && <Charts samples={samples} />}</Suspense>
      <SystemLog />
    </Page>
  );
}

/** What is wrong or weaker than one may think, in plain words. */
function Warnings({ facts: { project, store } }: { facts: SystemFacts }) {
  const translate = useTranslate();
  return (
    <>
      {project.problems > 0 && (
        <Alert severity="error">
          {translate("system.problems", { smart_count: project.problems })}{" "}
          <Link component={RouterLink} to="/_hooks" color="inherit">
            {translate("system.toProblems")}
          </Link>
        </Alert>
      )}
      {store.problem && <Alert severity="error">{store.problem}</Alert>}
      {store.notes.map((note) => (
        <Alert key={note} severity="warning" sx={{ "&::first-letter": { textTransform: "uppercase" } }}>
          {note}
        </Alert>
      ))}
    </>
  );
}
