import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import ButtonBase from "@mui/material/ButtonBase";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useTranslate } from "react-admin";
import { Link } from "react-router-dom";
import { api } from "../../server/api";
import { Failure } from "../../shell/Failure";
import { Splash } from "../../shell/Splash";
import { ACTIONS, type Explanation } from "../types";
import { Answer } from "./Answer";
import { Place, placeOf } from "./Lines";
import { VerdictChip } from "./VerdictChip";

/** All that an actor may do: each action of each collection, and the lines that say so. */
export function Matrix({ actor }: { actor: string }) {
  const translate = useTranslate();
  const id = useId();
  const [open, setOpen] = useState<Explanation | null>(null);
  const { data, error, refetch } = useQuery({
    queryKey: ["_explain", { actor }],
    queryFn: ({ signal }) => api.get<{ items: Explanation[] }>("_explain", { query: { actor }, signal }),
  });
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return <Splash />;
  return (
    <>
      <Table
        aria-label={translate("access.explain.matrix")}
        sx={{
          tableLayout: "fixed",
          "& td, & th": { verticalAlign: "top", px: 1 },
          "& th:first-of-type": { width: "14%" },
          "& tr:last-child > *": { borderBottom: 0 },
          // On a phone each collection is a block of its own, and each action a line in it.
          "@media (max-width: 720px)": {
            "&, & tbody, & tr": { display: "block" },
            "& thead": { display: "none" },
            "& tr": { borderBottom: 1, borderColor: "divider", pb: 1 },
            "& td, & th[scope=row]": { display: "block", border: 0, py: 0.5, width: "auto" },
          },
        }}
      >
        <TableHead>
          <TableRow>
            <TableCell>{translate("access.collection")}</TableCell>
            {ACTIONS.map((action) => (
              <TableCell key={action}>{translate(`access.action.${action}`)}</TableCell>
            ))}
          </TableRow>
        </TableHead>
        <TableBody>
          {rowsOf(data.items).map(([collection, cells]) => (
            <TableRow key={collection}>
              <TableCell component="th" scope="row" sx={{ fontWeight: 600 }}>
                {collection}
              </TableCell>
              {cells.map((cell) => (
                <TableCell key={cell.action}>
                  <Cell cell={cell} onOpen={setOpen} />
                </TableCell>
              ))}
            </TableRow>
          ))}
        </TableBody>
      </Table>
      <Dialog open={open !== null} onClose={() => setOpen(null)} fullWidth maxWidth="sm" aria-labelledby={id}>
        <DialogTitle id={id}>{translate("access.explain.why")}</DialogTitle>
        <DialogContent>{open && <Answer explanation={open} />}</DialogContent>
        <DialogActions>
          {open && !open.virtual && (
            <Button component={Link} to={`/_explain?${questionOf(actor, open)}`} onClick={() => setOpen(null)}>
              {translate("access.explain.ask")}
            </Button>
          )}
          <Button onClick={() => setOpen(null)}>{translate("access.close")}</Button>
        </DialogActions>
      </Dialog>
    </>
  );
}

function Cell({ cell, onOpen }: { cell: Explanation; onOpen: (cell: Explanation) => void }) {
  const translate = useTranslate();
  const action = translate(`access.action.${cell.action}`);
  return (
    <ButtonBase
      onClick={() => onOpen(cell)}
      aria-label={translate("access.explain.cell", {
        action,
        collection: cell.collection,
        verdict: translate(`access.verdict.${cell.verdict}`),
      })}
      sx={{ display: "block", width: "100%", textAlign: "left", borderRadius: 1, p: 0.5, m: -0.5 }}
    >
      <Box sx={{ display: "flex", gap: 1, alignItems: "center" }}>
        <Typography
          variant="body2"
          sx={{ display: "none", "@media (max-width: 720px)": { display: "block" }, minWidth: 72 }}
        >
          {action}
        </Typography>
        <VerdictChip verdict={cell.verdict} quiet />
      </Box>
      {cell.lines.map((line) => (
        <Box key={`${line.principal} ${placeOf(line)}`} sx={{ fontSize: "0.78rem", lineHeight: 1.35, mt: 0.5 }}>
          <Place line={line} />
        </Box>
      ))}
    </ButtonBase>
  );
}

function rowsOf(items: Explanation[]): [string, Explanation[]][] {
  const rows = new Map<string, Explanation[]>();
  for (const item of items) rows.set(item.collection, [...(rows.get(item.collection) ?? []), item]);
  return [...rows];
}

function questionOf(actor: string, { action, collection }: Explanation): string {
  return new URLSearchParams({ actor, action, collection }).toString();
}
