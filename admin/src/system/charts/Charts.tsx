import Box from "@mui/material/Box";
import FormControlLabel from "@mui/material/FormControlLabel";
import Switch from "@mui/material/Switch";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { useTranslate } from "react-admin";
import { Panel } from "../../jobs/Facts";
import type { Sample } from "../records";
import { Chart } from "./Chart";
import { CHARTS } from "./lines";
import { SampleTable } from "./SampleTable";

/** The last hour, drawn, or in numbers. */
export function Charts({ samples }: { samples: Sample[] }) {
  const translate = useTranslate();
  const [isTable, setTable] = useState(false);
  return (
    <Panel
      title={translate("system.hour")}
      actions={
        <FormControlLabel
          label={translate("system.asTable")}
          control={<Switch size="small" checked={isTable} onChange={(event) => setTable(event.target.checked)} />}
        />
      }
    >
      {samples.length === 0 && (
        <Typography variant="body2" color="textSecondary">
          {translate("system.noSamples")}
        </Typography>
      )}
      {samples.length > 0 && (isTable ? <SampleTable samples={samples} /> : <All samples={samples} />)}
    </Panel>
  );
}

function All({ samples }: { samples: Sample[] }) {
  return (
    <Box
      sx={{
        display: "grid",
        columnGap: 4,
        rowGap: 2.5,
        gridTemplateColumns: "repeat(auto-fill, minmax(min(100%, 26rem), 1fr))",
      }}
    >
      {CHARTS.map((spec) => (
        <Chart key={spec.name} spec={spec} samples={samples} />
      ))}
    </Box>
  );
}
