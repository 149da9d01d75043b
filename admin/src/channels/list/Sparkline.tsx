import Box from "@mui/material/Box";
import { useTranslate } from "react-admin";
import { lineOf, MOST_COUNTS } from "./rates";

const WIDTH = 96;
const HEIGHT = 22;

/** The rates of the last minute as a line. */
export function Sparkline({ rates, now }: { rates: number[]; now: number }) {
  const translate = useTranslate();
  return (
    <Box
      component="svg"
      role="img"
      aria-label={translate("channels.sparkline", { rate: now })}
      viewBox={`0 -2 ${WIDTH} ${HEIGHT + 4}`}
      sx={{ width: WIDTH, height: HEIGHT + 4, display: "block", color: "primary.main", overflow: "visible" }}
    >
      <line x1="0" y1={HEIGHT} x2={WIDTH} y2={HEIGHT} stroke="currentColor" strokeWidth="1" opacity="0.25" />
      {rates.length > 1 && (
        <polyline
          points={lineOf(rates, WIDTH, HEIGHT, MOST_COUNTS - 1)}
          fill="none"
          stroke="currentColor"
          strokeWidth="1.5"
          strokeLinejoin="round"
        />
      )}
    </Box>
  );
}
