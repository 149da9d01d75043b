import Paper from "@mui/material/Paper";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useLocale, useTranslate } from "react-admin";
import { useParams } from "react-router-dom";
import { isProblem } from "../../server/problem";
import { Back } from "../../shell/Back";
import { Empty } from "../../shell/Empty";
import { Failure } from "../../shell/Failure";
import { Figure } from "../../shell/Figure";
import { Page } from "../../shell/Page";
import { Splash } from "../../shell/Splash";
import { Duration, Failures } from "../list/HookRow";
import { Problems } from "../list/Problems";
import type { HookRecord } from "../records";
import { useHook } from "../useHooks";
import { FailureList } from "./FailureList";
import { UseList } from "./UseList";

/** One function: where it is used, how it does, how it has failed. */
export function HookPage() {
  const { name = "" } = useParams();
  const translate = useTranslate();
  const { data, error, refetch } = useHook(name);
  const isGone = isProblem(error, 404);
  const [hook] = data?.items ?? [];
  return (
    <Page title={name}>
      <Back to="/_hooks" label={translate("hooks.page.back")} />
      {isGone && <Empty title={translate("hooks.page.gone")} />}
      {error && !isGone && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <Splash />}
      {data && !isGone && <Problems answer={data} />}
      {hook && !isGone && <Hook key={name} hook={hook} />}
    </Page>
  );
}

function Hook({ hook }: { hook: HookRecord }) {
  const translate = useTranslate();
  const locale = useLocale();
  return (
    <>
      <Typography color="textSecondary">
        {translate("hooks.page.defined")}{" "}
        <code>
          {hook.file}:{hook.line}
        </code>
        {!hook.async && `, ${translate("hooks.thread")}`}
      </Typography>
      <Paper
        variant="outlined"
        component="dl"
        sx={{ m: 0, p: 2, display: "grid", gap: 2, gridTemplateColumns: "repeat(auto-fit, minmax(100px, 1fr))" }}
      >
        <Figure name={translate("hooks.column.calls")}>{hook.calls.toLocaleString(locale)}</Figure>
        <Figure name={translate("hooks.column.running")}>{hook.running.toLocaleString(locale)}</Figure>
        <Figure name={translate("hooks.column.p50")}>
          <Duration ms={hook.p50} />
        </Figure>
        <Figure name={translate("hooks.column.p99")}>
          <Duration ms={hook.p99} />
        </Figure>
        <Figure name={translate("hooks.column.failures")}>
          <Failures hook={hook} />
        </Figure>
      </Paper>
      <Stack spacing={2}>
        <UseList uses={hook.uses} />
        <FailureList hook={hook} />
      </Stack>
    </>
  );
}
