import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Card from "@mui/material/Card";
import CardContent from "@mui/material/CardContent";
import Link from "@mui/material/Link";
import Stack from "@mui/material/Stack";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { type FormEvent, useState } from "react";
import { useLocale, useTranslate } from "react-admin";
import { Link as RouterLink, useNavigate } from "react-router-dom";
import { NARROW, NUMBER } from "../list/ChannelRow";
import { Lost } from "../list/Lost";
import { type ChannelRecord, type Instance, pageOf } from "../records";
import { filled, parametersOf } from "../template";

/** The channels of a template that exist, and a way to any other. */
export function Instances({ channel }: { channel: ChannelRecord }) {
  const translate = useTranslate();
  const { items, count } = channel.instances ?? { items: [], count: 0 };
  return (
    <Card component="section" aria-labelledby="instances-title">
      <CardContent>
        <Typography id="instances-title" variant="h3" component="h2">
          {translate("channels.page.instances")}
        </Typography>
        <OpenOne template={channel.name} />
        {items.length === 0 && <Typography color="textSecondary">{translate("channels.page.noInstances")}</Typography>}
        {items.length > 0 && <InstanceTable items={items} />}
        {count > items.length && (
          <Typography variant="body2" color="textSecondary" sx={{ mt: 1 }}>
            {translate("channels.page.someInstances", { shown: items.length, count })}
          </Typography>
        )}
      </CardContent>
    </Card>
  );
}

function InstanceTable({ items }: { items: Instance[] }) {
  const translate = useTranslate();
  const locale = useLocale();
  return (
    <Table size="small" aria-labelledby="instances-title">
      <TableHead>
        <TableRow>
          <TableCell>{translate("channels.column.name")}</TableCell>
          <TableCell sx={NUMBER}>{translate("channels.column.subscribers")}</TableCell>
          <TableCell sx={{ ...NUMBER, ...NARROW.rate }}>{translate("channels.column.rate")}</TableCell>
          <TableCell sx={{ ...NUMBER, ...NARROW.kept }}>{translate("channels.column.kept")}</TableCell>
          <TableCell sx={{ ...NUMBER, ...NARROW.lost }}>{translate("channels.column.lost")}</TableCell>
        </TableRow>
      </TableHead>
      <TableBody>
        {items.map((one) => (
          <TableRow key={one.name} hover>
            <TableCell sx={{ overflowWrap: "anywhere" }}>
              <Link component={RouterLink} to={pageOf(one.name)}>
                {one.name}
              </Link>
            </TableCell>
            <TableCell sx={NUMBER}>{one.subscribers.toLocaleString(locale)}</TableCell>
            <TableCell sx={{ ...NUMBER, ...NARROW.rate }}>{one.rates["10s"].toLocaleString(locale)}</TableCell>
            <TableCell sx={{ ...NUMBER, ...NARROW.kept }}>{one.kept.toLocaleString(locale)}</TableCell>
            <TableCell sx={{ ...NUMBER, ...NARROW.lost }}>
              <Lost drops={one.drops} resets={one.resets} />
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

function OpenOne({ template }: { template: string }) {
  const translate = useTranslate();
  const navigate = useNavigate();
  const [values, setValues] = useState<Record<string, string>>({});
  const name = filled(template, values);
  const open = (event: FormEvent) => {
    event.preventDefault();
    if (name !== null) navigate(pageOf(name));
  };
  return (
    <Box component="form" onSubmit={open} sx={{ my: 1.5 }}>
      <Typography variant="body2" color="textSecondary" sx={{ mb: 1 }}>
        {translate("channels.page.open")}
      </Typography>
      <Stack direction="row" spacing={1} useFlexGap sx={{ flexWrap: "wrap" }}>
        {parametersOf(template).map((parameter) => (
          <TextField
            key={parameter}
            label={parameter}
            value={values[parameter] ?? ""}
            onChange={(event) => setValues({ ...values, [parameter]: event.target.value })}
            sx={{ maxWidth: 260, m: 0 }}
          />
        ))}
        <Button type="submit" variant="outlined" disabled={name === null} sx={{ height: 38 }}>
          {translate("channels.page.go")}
        </Button>
      </Stack>
    </Box>
  );
}
