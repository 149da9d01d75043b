import type { Theme } from "@mui/material/styles";
import type UPlot from "uplot";
import type { ChartSpec } from "./lines";

interface Look {
  theme: Theme;
  locale: string;
  width: number;
  height: number;
  say: (value: number) => string;
  /** Told the index of the moment that is pointed at, null where none is. */
  onPoint: (index: number | null) => void;
}

const SYNC = "system";
const AXIS_WIDTH = 66;
const AXIS_HEIGHT = 30;

/** A server that has just started has a few samples, which need not be squeezed into the end of an hour. */
const LEAST_S = 600;

/** So few samples are drawn as points: a line needs two. */
const FEW = 3;

/** By how much labels may differ: memory in powers of two, things that are counted by whole ones. */
const STEPS: Partial<Record<ChartSpec["unit"], number[]>> = {
  bytes: Array.from({ length: 45 }, (_, power) => 2 ** power),
  count: Array.from({ length: 9 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat(),
};

/** Return what uPlot needs to draw a chart in the colours of the page. */
export function optionsOf(spec: ChartSpec, { theme, locale, width, height, say, onPoint }: Look): UPlot.Options {
  const { palette, typography } = theme;
  const font = `11px ${typography.fontFamily}`;
  const axis = { stroke: palette.text.secondary, font, ticks: { show: false } };
  const grid = { stroke: palette.divider, width: 1 };
  const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
  return {
    width,
    height,
    legend: { show: false },
    cursor: { sync: { key: SYNC }, drag: { x: false, y: false }, points: { size: 6 } },
    scales: {
      x: { time: true, range: ({ data: [moments] }) => shownOf(moments) },
      y: { range: (_, __, max) => [0, Math.max(max * 1.1, least(spec.unit))] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: AXIS_HEIGHT,
        space: 70,
        values: (_, moments) => moments.map((at) => clock.format(at * 1000)),
      },
      { ...axis, grid, size: AXIS_WIDTH, space: 30, incrs: STEPS[spec.unit], values: (_, values) => values.map(say) },
    ],
    series: [
      {},
      ...spec.lines.map((line, index) => ({
        stroke: palette[line.colour].main,
        width: 1.5,
        fill: index === 0 && spec.lines.length === 1 ? `${palette[line.colour].main}22` : undefined,
        points: { show: (_: UPlot, __: number, first: number, last: number) => last - first < FEW, size: 5 },
      })),
    ],
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)] },
  };
}

/** Return the span of time that is shown: all there is, but not less than LEAST_S. */
function shownOf(moments: ArrayLike<number>): [number, number] {
  const last = moments[moments.length - 1] ?? Date.now() / 1000;
  return [Math.min(moments[0] ?? last, last - LEAST_S), last];
}

/** The least that an axis reaches up to, so that what is next to nothing looks like it. */
function least(unit: ChartSpec["unit"]): number {
  return { perSecond: 1, ms: 1, bytes: 1024 * 1024, percent: 10, count: 4 }[unit];
}
