import Box from "@mui/material/Box";
import { useTheme } from "@mui/material/styles";
import Typography from "@mui/material/Typography";
import { useEffect, useMemo, useRef, useState } from "react";
import { useLocale, useTranslate } from "react-admin";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Sample } from "../records";
import { columnsOf } from "../samples";
import type { ChartSpec } from "./lines";
import { optionsOf } from "./options";
import { useAmount } from "./useAmount";

interface ChartProps {
  spec: ChartSpec;
  samples: Sample[];
}

const HEIGHT = 150;

/** Lines over the last hour. Where the pointer is, all charts say what was at that moment. */
export function Chart({ spec, samples }: ChartProps) {
  const translate = useTranslate();
  const theme = useTheme();
  const locale = useLocale();
  const say = useAmount();
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | null>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  const data = useMemo(
    () =>
      columnsOf(
        samples,
        spec.lines.map((line) => line.measure),
      ),
    [samples, spec],
  );
  const latest = useRef({ data, say });
  useEffect(() => {
    latest.current = { data, say };
    plot.current?.setData(data);
  });
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const options = optionsOf(spec, {
      theme,
      locale,
      width: element.clientWidth,
      height: HEIGHT,
      say: (value) => latest.current.say(spec.unit, value),
      onPoint: setPointed,
    });
    const made = new UPlot(options, latest.current.data, element);
    plot.current = made;
    const sizes = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    sizes.observe(element);
    return () => {
      sizes.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [spec, theme, locale]);
  const at = pointed ?? data[0].length - 1;
  const said = spec.lines.map((line, index) => ({
    line,
    name: translate(`system.line.${line.name}`),
    value: say(spec.unit, data[index + 1]?.[at] as number | null | undefined),
  }));
  const title = translate(`system.chart.${spec.name}`);
  return (
    <Box component="figure" sx={{ m: 0, minWidth: 0 }}>
      <Box component="figcaption" sx={{ display: "flex", flexWrap: "wrap", columnGap: 2, alignItems: "baseline" }}>
        <Typography variant="subtitle2" component="span">
          {title}
        </Typography>
        {said.map(({ line, name, value }) => (
          <Typography
            key={line.name}
            variant="body2"
            component="span"
            sx={{ color: "text.secondary", fontVariantNumeric: "tabular-nums", whiteSpace: "nowrap" }}
          >
            <Box
              component="span"
              sx={{
                display: "inline-block",
                width: 10,
                height: 3,
                mr: 0.75,
                mb: "3px",
                bgcolor: `${line.colour}.main`,
              }}
            />
            {name} {value}
          </Typography>
        ))}
      </Box>
      <Box
        ref={place}
        role="img"
        aria-label={translate("system.chart.label", {
          title,
          values: said.map(({ name, value }) => `${name} ${value}`).join(", "),
        })}
        sx={{ width: "100%", height: HEIGHT, overflow: "hidden" }}
      />
    </Box>
  );
}
