import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import { useTranslate } from "react-admin";
import { useSearchParams } from "react-router-dom";
import { Page } from "../../shell/Page";
import { useJobs } from "../queries";
import { type RunState, STATES } from "../records";
import { JobTabs } from "./JobTabs";
import { Runs } from "./Runs";
import { StateFilter } from "./StateFilter";

/** All runs, of one job if that is chosen, of one state if that is. What is chosen stands in the address. */
export function RunList() {
  const translate = useTranslate();
  const [asked, ask] = useSearchParams();
  const { data } = useJobs();
  const job = asked.get("job");
  const state = STATES.find((one) => one === asked.get("state")) ?? null;
  const names = [...new Set([...(data?.items.map((one) => one.name) ?? []), ...(job ? [job] : [])])];
  const choose = (changes: { job?: string | null; state?: RunState | null }) => {
    const chosen = { job, state, ...changes };
    ask(Object.entries(chosen).flatMap(([name, value]) => (value ? [[name, value]] : [])) as [string, string][]);
  };
  return (
    <Page title="jobs.title">
      <JobTabs value="runs" />
      <Stack direction={{ xs: "column", md: "row" }} spacing={1.5} sx={{ alignItems: { md: "center" } }}>
        <TextField
          select
          label={translate("jobs.filter.job")}
          value={job ?? ""}
          onChange={(event) => choose({ job: event.target.value || null })}
          slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
          sx={{ maxWidth: { md: 260 } }}
        >
          <MenuItem value="">{translate("jobs.filter.anyJob")}</MenuItem>
          {names.map((name) => (
            <MenuItem key={name} value={name}>
              {name}
            </MenuItem>
          ))}
        </TextField>
        <StateFilter job={job} value={state} onChange={(chosen) => choose({ state: chosen })} />
      </Stack>
      <Runs filter={{ job, state }} />
    </Page>
  );
}
