import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import { useLocale, useTranslate } from "react-admin";
import type { Sample } from "../records";
import { byMinute } from "../samples";
import { CHARTS } from "./lines";
import { useAmount } from "./useAmount";

const LINES = CHARTS.flatMap(({ unit, lines }) => lines.map((line) => ({ ...line, unit })));

/** The last hour in numbers: a row for each minute, the newest first. */
export function SampleTable({ samples }: { samples: Sample[] }) {
  const translate = useTranslate();
  const locale = useLocale();
  const say = useAmount();
  return (
    <TableContainer tabIndex={0} sx={{ maxHeight: 420 }}>
      <Table size="small" aria-label={translate("system.hour")}>
        <TableHead>
          <TableRow>
            <TableCell sx={{ borderBottom: 0 }} />
            {CHARTS.map((chart) => (
              <TableCell
                key={chart.name}
                align="right"
                colSpan={chart.lines.length}
                scope="colgroup"
                sx={{ borderBottom: 0, pb: 0, color: "text.primary" }}
              >
                {translate(`system.chart.${chart.name}`)}
              </TableCell>
            ))}
          </TableRow>
          <TableRow>
            <TableCell>{translate("system.time")}</TableCell>
            {LINES.map((line) => (
              <TableCell key={line.name} align="right">
                {translate(`system.line.${line.name}`)}
              </TableCell>
            ))}
          </TableRow>
        </TableHead>
        <TableBody>
          {byMinute(samples).map((sample) => (
            <TableRow key={sample.at}>
              <TableCell component="th" scope="row">
                {new Date(sample.at).toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit" })}
              </TableCell>
              {LINES.map((line) => (
                <TableCell key={line.name} align="right" sx={{ whiteSpace: "nowrap" }}>
                  {say(line.unit, line.measure(sample))}
                </TableCell>
              ))}
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </TableContainer>
  );
}
