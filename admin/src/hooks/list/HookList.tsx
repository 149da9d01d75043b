import Box from "@mui/material/Box";
import FormControlLabel from "@mui/material/FormControlLabel";
import Paper from "@mui/material/Paper";
import Stack from "@mui/material/Stack";
import Switch from "@mui/material/Switch";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { Empty } from "../../shell/Empty";
import { Failure } from "../../shell/Failure";
import { Page } from "../../shell/Page";
import { SearchField } from "../../shell/SearchField";
import { Splash } from "../../shell/Splash";
import { When } from "../../shell/When";
import type { HookRecord, HooksAnswer } from "../records";
import { useHooks } from "../useHooks";
import { HookRow, NARROW, NUMBER } from "./HookRow";
import { IncidentSearch } from "./IncidentSearch";
import { Problems } from "./Problems";

/** All functions of the project, what was wrong with the last reload, and a search for an incident. */
export function HookList() {
  const translate = useTranslate();
  const { data, error, refetch } = useHooks();
  return (
    <Page title="hooks.title">
      <Box>
        <Typography color="textSecondary">{translate("hooks.help")}</Typography>
        {data && (
          <Typography variant="body2" color="textSecondary">
            {translate("hooks.edition", { number: data.edition })} <When at={data.loadedAt} />.
          </Typography>
        )}
      </Box>
      {data && <Problems answer={data} />}
      <IncidentSearch />
      {error && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <Splash />}
      {data && <Functions answer={data} />}
    </Page>
  );
}

function Functions({ answer }: { answer: HooksAnswer }) {
  const translate = useTranslate();
  const [search, setSearch] = useState("");
  const [onlyFailing, setOnlyFailing] = useState(false);
  const found = answer.items.filter(
    (hook) => fits(hook, search) && (!onlyFailing || hook.failures + hook.timeouts > 0),
  );
  if (answer.items.length === 0) return <Empty title={translate("hooks.empty")} help={translate("hooks.emptyHelp")} />;
  return (
    <>
      <Stack direction={{ xs: "column", sm: "row" }} spacing={1} sx={{ alignItems: { sm: "center" } }}>
        <SearchField
          label={translate("hooks.search")}
          value={search}
          onChange={setSearch}
          sx={{ maxWidth: { sm: 320 } }}
        />
        <FormControlLabel
          label={translate("hooks.onlyFailing")}
          control={<Switch checked={onlyFailing} onChange={(event) => setOnlyFailing(event.target.checked)} />}
        />
      </Stack>
      {found.length === 0 ? (
        <Empty title={translate("hooks.none")} help={translate("hooks.noneHelp")} />
      ) : (
        <HookTable hooks={found} />
      )}
      <Typography variant="body2" color="textSecondary">
        {translate("hooks.since")}
      </Typography>
    </>
  );
}

function HookTable({ hooks }: { hooks: HookRecord[] }) {
  const translate = useTranslate();
  const head = (name: string) => translate(`hooks.column.${name}`);
  return (
    <Paper variant="outlined" sx={{ overflow: "hidden" }}>
      <Table size="small" aria-label={translate("hooks.title")}>
        <TableHead>
          <TableRow>
            <TableCell>{head("name")}</TableCell>
            <TableCell sx={NARROW.used}>{head("used")}</TableCell>
            <TableCell sx={{ ...NUMBER, ...NARROW.calls }}>{head("calls")}</TableCell>
            <TableCell sx={{ ...NUMBER, ...NARROW.durations }}>
              <Tooltip describeChild title={translate("hooks.p50Help")}>
                <span>{head("p50")}</span>
              </Tooltip>
            </TableCell>
            <TableCell sx={{ ...NUMBER, ...NARROW.durations }}>
              <Tooltip describeChild title={translate("hooks.p99Help")}>
                <span>{head("p99")}</span>
              </Tooltip>
            </TableCell>
            <TableCell sx={NUMBER}>{head("failures")}</TableCell>
            <TableCell sx={NARROW.last}>{head("last")}</TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {hooks.map((hook) => (
            <HookRow key={hook.hook} hook={hook} />
          ))}
        </TableBody>
      </Table>
    </Paper>
  );
}

function fits(hook: HookRecord, search: string): boolean {
  const texts = [hook.hook, ...hook.uses.map((use) => `${use.name} ${use.point}`)];
  return texts.join(" ").toLowerCase().includes(search.trim().toLowerCase());
}
