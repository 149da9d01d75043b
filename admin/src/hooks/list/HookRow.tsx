import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import TableCell from "@mui/material/TableCell";
import TableRow from "@mui/material/TableRow";
import { useLocale, useTranslate } from "react-admin";
import { Link as RouterLink } from "react-router-dom";
import { When } from "../../shell/When";
import { type HookRecord, pageOf, placeOf, type Use } from "../records";

/** From which width on a column is shown. */
export const NARROW = {
  used: { display: { xs: "none", md: "table-cell" } },
  calls: { display: { xs: "none", sm: "table-cell" } },
  durations: { display: { xs: "none", sm: "table-cell" } },
  last: { display: { xs: "none", lg: "table-cell" } },
} as const;

export const NUMBER = { textAlign: "right", fontVariantNumeric: "tabular-nums", whiteSpace: "nowrap" } as const;

export function HookRow({ hook }: { hook: HookRecord }) {
  const locale = useLocale();
  const [last] = hook.lastFailures;
  return (
    <TableRow hover sx={{ "& td": { verticalAlign: "top" } }}>
      <TableCell sx={{ overflowWrap: "anywhere" }}>
        <Link component={RouterLink} to={pageOf(hook.hook)} sx={{ fontWeight: 600 }}>
          <code>{hook.hook}</code>
        </Link>
        <Box sx={{ display: { md: "none" }, fontSize: "0.85rem", color: "text.secondary" }}>
          <Uses uses={hook.uses} />
        </Box>
      </TableCell>
      <TableCell sx={NARROW.used}>
        <Uses uses={hook.uses} />
      </TableCell>
      <TableCell sx={{ ...NUMBER, ...NARROW.calls }}>{hook.calls.toLocaleString(locale)}</TableCell>
      <TableCell sx={{ ...NUMBER, ...NARROW.durations }}>
        <Duration ms={hook.p50} />
      </TableCell>
      <TableCell sx={{ ...NUMBER, ...NARROW.durations }}>
        <Duration ms={hook.p99} />
      </TableCell>
      <TableCell sx={NUMBER}>
        <Failures hook={hook} />
      </TableCell>
      <TableCell sx={{ ...NARROW.last, maxWidth: 280 }}>
        {last ? (
          <>
            <When at={last.at} />
            <Box sx={{ color: "text.secondary", overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" }}>
              {last.error}
            </Box>
          </>
        ) : (
          "–"
        )}
      </TableCell>
    </TableRow>
  );
}

/** Where a function is used: `articles · create.before`, with the way there. */
function Uses({ uses }: { uses: Use[] }) {
  const translate = useTranslate();
  return uses.map((use) => (
    <Box key={`${use.kind} ${use.name} ${use.point}`} sx={{ overflowWrap: "anywhere" }}>
      <Link component={RouterLink} to={placeOf(use)} color="inherit" title={translate(`hooks.kind.${use.kind}`)}>
        {use.name}
      </Link>{" "}
      <Box component="span" sx={{ color: "text.secondary" }}>
        · {use.kind === "job" ? translate("hooks.kind.job") : use.point}
      </Box>
    </Box>
  ));
}

export function Failures({ hook: { failures, timeouts } }: { hook: HookRecord }) {
  const translate = useTranslate();
  const locale = useLocale();
  if (failures === 0 && timeouts === 0) return "0";
  return (
    <Box component="span" sx={{ color: "error.main", fontWeight: 600 }}>
      {(failures + timeouts).toLocaleString(locale)}
      {timeouts > 0 && (
        <Box component="span" sx={{ display: "block", fontSize: "0.8em", fontWeight: 400 }}>
          {translate("hooks.timeouts", { smart_count: timeouts })}
        </Box>
      )}
    </Box>
  );
}

export function Duration({ ms }: { ms: number | null }) {
  const translate = useTranslate();
  const locale = useLocale();
  if (ms === null) return "–";
  const value = ms.toLocaleString(locale, { maximumSignificantDigits: ms < 100 ? 2 : 3 });
  return translate("hooks.ms", { value });
}
