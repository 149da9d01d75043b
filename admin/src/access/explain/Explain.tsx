import Paper from "@mui/material/Paper";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useTranslate } from "react-admin";
import { useSearchParams } from "react-router-dom";
import { api } from "../../server/api";
import { useDescription } from "../../server/description";
import { Failure } from "../../shell/Failure";
import { Page } from "../../shell/Page";
import { Splash } from "../../shell/Splash";
import { Section } from "../Section";
import { ACTIONS, type Action, type Explanation } from "../types";
import { Answer } from "./Answer";
import { Matrix } from "./Matrix";
import { Question } from "./Question";
import type { Asked } from "./question";

/** Who may do what, and which line of the YAML decides. The question is in the page's address. */
export function Explain() {
  const translate = useTranslate();
  const [asked, ask] = useAsked();
  return (
    <Page title="access.explain.title">
      <Typography color="textSecondary" sx={{ maxWidth: "75ch" }}>
        {translate("access.explain.help")}
      </Typography>
      <Paper variant="outlined" sx={{ p: { xs: 2, sm: 2.5 } }}>
        <Question asked={asked} ask={ask} />
      </Paper>
      {asked.actor && asked.collection && <Verdict asked={asked} />}
      {asked.actor && (
        <Section title={translate("access.explain.all", { actor: asked.actor })}>
          <Matrix actor={asked.actor} />
        </Section>
      )}
    </Page>
  );
}

function Verdict({ asked }: { asked: Asked }) {
  const translate = useTranslate();
  const { data, error, refetch } = useQuery({
    queryKey: ["_explain", asked],
    queryFn: ({ signal }) => api.get<Explanation>("_explain", { query: { ...asked, id: asked.id || null }, signal }),
  });
  return (
    <Section title={translate("access.explain.answer")}>
      {error ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : data ? (
        <Answer explanation={data} />
      ) : (
        <Splash />
      )}
    </Section>
  );
}

function useAsked(): [Asked, (changes: Partial<Asked>) => void] {
  const { collections } = useDescription();
  const [parameters, setParameters] = useSearchParams();
  const first = collections[0]?.name ?? "";
  const ask = (changes: Partial<Asked>) => {
    // The address itself: what is drawn may be behind it for a moment, where somebody is fast.
    const now = askedIn(new URLSearchParams(location.search), first);
    const entries = Object.entries({ ...now, ...changes }).filter(([, value]) => value);
    setParameters(Object.fromEntries(entries), { replace: true });
  };
  return [askedIn(parameters, first), ask];
}

function askedIn(parameters: URLSearchParams, collection: string): Asked {
  return {
    actor: parameters.get("actor") ?? "public",
    action: ACTIONS.find((each) => each === parameters.get("action")) ?? ("read" satisfies Action),
    collection: parameters.get("collection") ?? collection,
    id: parameters.get("id") ?? "",
  };
}
