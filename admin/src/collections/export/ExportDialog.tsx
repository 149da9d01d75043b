import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import FormControlLabel from "@mui/material/FormControlLabel";
import FormLabel from "@mui/material/FormLabel";
import LinearProgress from "@mui/material/LinearProgress";
import Radio from "@mui/material/Radio";
import RadioGroup from "@mui/material/RadioGroup";
import Typography from "@mui/material/Typography";
import { useId, useState } from "react";
import { useLocale, useTranslate } from "react-admin";
import type { Collection } from "../../server/description";
import { Failure } from "../../shell/Failure";
import type { Format } from "../model/export";
import type { Columns } from "../useColumns";
import { type Export, useExport } from "./useExport";

interface ExportDialogProps {
  collection: Collection;
  columns: Columns;
  /** Of a selection, its documents; otherwise all that the list finds are written. */
  ids?: readonly string[];
  total?: number;
  onClose(): void;
}

type Extent = "shown" | "all";

/** Asks how a file is to be written, and writes it. */
export function ExportDialog({ collection, columns, ids, total, onClose }: ExportDialogProps) {
  const translate = useTranslate();
  const title = useId();
  const [format, setFormat] = useState<Format>("csv");
  const [extent, setExtent] = useState<Extent>("shown");
  const file = useExport(collection, ids);
  const expected = ids?.length ?? total;
  const isRunning = file.state === "running";
  const paths = extent === "shown" ? columns.shown.map(({ path }) => path) : wholePaths(columns);
  const close = () => {
    file.cancel();
    onClose();
  };
  return (
    <Dialog open fullWidth maxWidth="xs" onClose={close} aria-labelledby={title}>
      <DialogTitle id={title}>{translate("collections.export.title", { name: collection.label })}</DialogTitle>
      <DialogContent>
        {file.state === "ready" ? (
          <>
            <Choice<Format>
              label="collections.export.format"
              value={format}
              choices={["csv", "json"]}
              onChange={setFormat}
            />
            {format === "csv" && (
              <Choice<Extent>
                label="collections.export.columns"
                value={extent}
                choices={["shown", "all"]}
                onChange={setExtent}
              />
            )}
          </>
        ) : (
          <State file={file} expected={expected} />
        )}
      </DialogContent>
      <DialogActions>
        <Button onClick={isRunning ? file.cancel : close}>
          {translate(file.state === "done" || file.state === "failed" ? "ra.action.close" : "ra.action.cancel")}
        </Button>
        {file.state === "ready" && (
          <Button variant="contained" onClick={() => void file.start(format, paths)}>
            {translate("collections.export.start")}
          </Button>
        )}
      </DialogActions>
    </Dialog>
  );
}

/** Whole fields: the members of objects are in the objects. */
function wholePaths({ all }: Columns): string[] {
  return all.map(({ path }) => path).filter((path) => !path.includes("."));
}

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  choices: readonly T[];
  onChange(value: T): void;
}

function Choice<T extends string>({ label, value, choices, onChange }: ChoiceProps<T>) {
  const translate = useTranslate();
  const id = useId();
  return (
    <>
      <FormLabel id={id}>{translate(label)}</FormLabel>
      <RadioGroup
        row
        aria-labelledby={id}
        value={value}
        onChange={(event) => onChange(event.target.value as T)}
        sx={{ mb: 1 }}
      >
        {choices.map((one) => (
          <FormControlLabel
            key={one}
            value={one}
            control={<Radio size="small" />}
            label={translate(`collections.export.${one}`)}
          />
        ))}
      </RadioGroup>
    </>
  );
}

function State({ file, expected }: { file: Export; expected: number | undefined }) {
  const translate = useTranslate();
  const number = new Intl.NumberFormat(useLocale());
  const done = file.done ?? 0;
  const words = {
    smart_count: done,
    done: number.format(done),
    total: expected === undefined ? "…" : number.format(expected),
  };
  if (file.state === "failed") return <Failure error={file.error} />;
  return (
    <>
      {file.state === "running" && (
        <LinearProgress
          variant={expected ? "determinate" : "indeterminate"}
          value={expected ? Math.min(100, (100 * done) / expected) : undefined}
          aria-label={translate("collections.export.running", words)}
          sx={{ mb: 1.5 }}
        />
      )}
      <Typography role="status">
        {translate(`collections.export.${file.state === "done" ? "done" : "running"}`, words)}
      </Typography>
    </>
  );
}
