import FormControlLabel from "@mui/material/FormControlLabel";
import Paper from "@mui/material/Paper";
import Stack from "@mui/material/Stack";
import Switch from "@mui/material/Switch";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { useStore, useTranslate } from "react-admin";
import { Empty } from "../../shell/Empty";
import { Failure } from "../../shell/Failure";
import { Page } from "../../shell/Page";
import { SearchField } from "../../shell/SearchField";
import { Splash } from "../../shell/Splash";
import type { ChannelsAnswer } from "../records";
import { ChannelRow, NARROW, NUMBER } from "./ChannelRow";
import { type History, ratesOf } from "./rates";
import { type Row, rowsOf } from "./rows";
import { useChannels } from "./useChannels";

/** All channels: the declared ones, those that exist at the moment, and how they do. */
export function ChannelList() {
  const translate = useTranslate();
  const { data, error, history, refetch } = useChannels();
  const [search, setSearch] = useState("");
  const [builtIn, setBuiltIn] = useStore("channels.builtIn", false);
  return (
    <Page title="channels.title">
      <Typography color="textSecondary">{translate("channels.help")}</Typography>
      <Stack direction={{ xs: "column", sm: "row" }} spacing={1} sx={{ alignItems: { sm: "center" } }}>
        <SearchField
          label={translate("channels.search")}
          value={search}
          onChange={setSearch}
          sx={{ maxWidth: { sm: 320 } }}
        />
        <FormControlLabel
          label={translate("channels.builtIn")}
          control={<Switch checked={builtIn} onChange={(event) => setBuiltIn(event.target.checked)} />}
        />
      </Stack>
      {error && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <Splash />}
      {data && <Channels answer={data} history={history} search={search} builtIn={builtIn} />}
    </Page>
  );
}

interface ChannelsProps {
  answer: ChannelsAnswer;
  history: History;
  search: string;
  builtIn: boolean;
}

function Channels({ answer, history, search, builtIn }: ChannelsProps) {
  const translate = useTranslate();
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const rows = rowsOf(answer.items, { search, builtIn, open });
  const shown = answer.items.filter((channel) => !channel.declared).length;
  const toggle = (name: string) => setOpen((before) => toggled(before, name));
  if (rows.length === 0) {
    const kind = search ? "none" : "empty";
    return <Empty title={translate(`channels.${kind}`)} help={translate(`channels.${kind}Help`)} />;
  }
  return (
    <>
      <Paper variant="outlined" sx={{ overflow: "hidden" }}>
        <Table size="small" aria-label={translate("channels.title")}>
          <TableHead>
            <TableRow>
              <TableCell>{translate("channels.column.name")}</TableCell>
              <TableCell sx={NARROW.scope}>{translate("channels.column.scope")}</TableCell>
              <TableCell sx={NUMBER}>{translate("channels.column.subscribers")}</TableCell>
              <TableCell sx={{ ...NUMBER, ...NARROW.rate }}>{translate("channels.column.rate")}</TableCell>
              <TableCell sx={{ ...NUMBER, ...NARROW.messages }}>{translate("channels.column.messages")}</TableCell>
              <TableCell sx={{ ...NUMBER, ...NARROW.kept }}>{translate("channels.column.kept")}</TableCell>
              <TableCell sx={{ ...NUMBER, ...NARROW.lost }}>{translate("channels.column.lost")}</TableCell>
            </TableRow>
          </TableHead>
          <TableBody>
            {rows.map((row) => (
              <ChannelRow
                key={nameOf(row)}
                row={row}
                rates={ratesOf(history.get(nameOf(row)))}
                isOpen={open.has(row.channel.name)}
                onToggle={() => toggle(row.channel.name)}
              />
            ))}
          </TableBody>
        </Table>
      </Paper>
      {answer.undeclared > shown && (
        <Typography variant="body2" color="textSecondary">
          {translate("channels.undeclared", { shown, count: answer.undeclared })}
        </Typography>
      )}
    </>
  );
}

function nameOf({ channel, instance }: Row): string {
  return instance?.name ?? channel.name;
}

function toggled(before: ReadonlySet<string>, name: string): ReadonlySet<string> {
  const after = new Set(before);
  if (!after.delete(name)) after.add(name);
  return after;
}
