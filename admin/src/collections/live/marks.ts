import { keyframes, type Theme } from "@mui/material/styles";
import { createContext } from "react";

/** What the eye should be led to: a row that has changed, or one whose document is gone. */
export type Mark = "changed" | "gone";

export type Marks = ReadonlyMap<string, Mark>;

export const MarksContext = createContext<Marks>(new Map());

const fade = keyframes`from { background-color: var(--mark); } to { background-color: transparent; }`;

/** How marked rows and cards look: a colour that fades, or an outline where nothing should move. */
export const MARKED = {
  "--mark": ({ palette }: Theme) => `color-mix(in srgb, ${palette.primary.main} 30%, transparent)`,
  "& .mark-changed": { animation: `${fade} 2.4s ease-out` },
  "& .mark-gone": { opacity: 0.4, textDecoration: "line-through", transition: "opacity 300ms" },
  "@media (prefers-reduced-motion: reduce)": {
    "& .mark-changed": { outline: "2px solid", outlineColor: "primary.main", outlineOffset: "-2px" },
  },
} as const;
