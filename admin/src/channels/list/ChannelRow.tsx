import ExpandIcon from "@mui/icons-material/ChevronRight";
import Box from "@mui/material/Box";
import Chip from "@mui/material/Chip";
import IconButton from "@mui/material/IconButton";
import Link from "@mui/material/Link";
import Stack from "@mui/material/Stack";
import TableCell from "@mui/material/TableCell";
import TableRow from "@mui/material/TableRow";
import Typography from "@mui/material/Typography";
import { useLocale, useTranslate } from "react-admin";
import { Link as RouterLink } from "react-router-dom";
import { pageOf } from "../records";
import { scopeWords } from "../words";
import { Lost } from "./Lost";
import { markOf, type Row } from "./rows";
import { Sparkline } from "./Sparkline";

/** From which width on a column is shown. */
export const NARROW = {
  scope: { display: { xs: "none", lg: "table-cell" } },
  rate: { display: { xs: "none", sm: "table-cell" } },
  messages: { display: { xs: "none", md: "table-cell" } },
  kept: { display: { xs: "none", md: "table-cell" } },
  lost: { display: { xs: "none", sm: "table-cell" } },
} as const;

export const NUMBER = { textAlign: "right", fontVariantNumeric: "tabular-nums", whiteSpace: "nowrap" } as const;

interface ChannelRowProps {
  row: Row;
  rates: number[];
  isOpen: boolean;
  onToggle: () => void;
}

export function ChannelRow({ row, rates, isOpen, onToggle }: ChannelRowProps) {
  const translate = useTranslate();
  const locale = useLocale();
  const { channel, instance } = row;
  const numbers = instance ?? channel;
  const rate = numbers.rates["10s"];
  const number = (value: number) => value.toLocaleString(locale);
  return (
    <TableRow hover sx={{ "& td": { verticalAlign: "middle" } }}>
      <TableCell sx={{ overflowWrap: "anywhere", pl: instance ? 6 : 2 }}>
        <Name row={row} isOpen={isOpen} onToggle={onToggle} />
      </TableCell>
      <TableCell sx={{ ...NARROW.scope, color: "text.secondary" }}>
        {instance ? "" : scopeWords(channel.scope, translate)}
      </TableCell>
      <TableCell sx={NUMBER}>
        {number(numbers.subscribers)}
        <Box sx={{ display: { sm: "none" }, color: "text.secondary", fontSize: "0.8em" }}>{number(rate)}/s</Box>
        {numbers.drops > 0 && (
          <Box sx={{ display: { sm: "none" } }}>
            <Lost drops={numbers.drops} resets={numbers.resets} />
          </Box>
        )}
      </TableCell>
      <TableCell sx={{ ...NUMBER, ...NARROW.rate }}>
        <Stack direction="row" spacing={1.5} sx={{ alignItems: "center", justifyContent: "flex-end" }}>
          <Sparkline rates={rates} now={rate} />
          <Box sx={{ minWidth: "3.5ch" }}>{number(rate)}</Box>
        </Stack>
      </TableCell>
      <TableCell sx={{ ...NUMBER, ...NARROW.messages }}>{number(numbers.messages)}</TableCell>
      <TableCell sx={{ ...NUMBER, ...NARROW.kept }}>{number(numbers.kept)}</TableCell>
      <TableCell sx={{ ...NUMBER, ...NARROW.lost }}>
        <Lost drops={numbers.drops} resets={numbers.resets} />
      </TableCell>
    </TableRow>
  );
}

function Name({ row: { channel, instance }, isOpen, onToggle }: Omit<ChannelRowProps, "rates">) {
  const translate = useTranslate();
  const name = instance?.name ?? channel.name;
  const mark = instance ? null : markOf(channel);
  const count = instance ? 0 : (channel.instances?.count ?? 0);
  const key = isOpen ? "channels.collapse" : "channels.expand";
  return (
    <>
      <Stack direction="row" spacing={0.75} useFlexGap sx={{ alignItems: "center", flexWrap: "wrap" }}>
        <Link component={RouterLink} to={pageOf(name)} sx={{ fontWeight: instance ? 400 : 600 }}>
          {name}
        </Link>
        {mark && <Chip size="small" variant="outlined" label={translate(`channels.mark.${mark}`)} />}
        {count > 0 && (
          <IconButton
            size="small"
            aria-expanded={isOpen}
            aria-label={translate(key, { name })}
            onClick={onToggle}
            sx={{ my: -0.75, fontSize: "0.85rem", borderRadius: 1 }}
          >
            <ExpandIcon fontSize="small" sx={{ rotate: isOpen ? "90deg" : "0deg" }} />
            {count}
          </IconButton>
        )}
      </Stack>
      {!instance && channel.description && (
        <Typography variant="body2" color="textSecondary">
          {channel.description}
        </Typography>
      )}
    </>
  );
}
