import Box from "@mui/material/Box";
import { useTranslate } from "react-admin";
import { MONO } from "../../shell/theme";

/** Below this depth objects and arrays are closed at first. */
const OPEN_DEPTH = 2;

const STYLE = {
  fontFamily: MONO,
  fontSize: "0.8rem",
  lineHeight: 1.6,
  overflowWrap: "anywhere",
  whiteSpace: "pre-wrap",
  "& summary": { cursor: "pointer", borderRadius: 0.5 },
  "& summary:hover": { bgcolor: "action.hover" },
  "& .inside": { pl: 2, borderLeft: 1, borderColor: "divider", ml: 0.5 },
  "& .name": { color: "primary.main" },
  "& .text": { color: "success.main" },
  "& .other": { color: "secondary.main" },
  "& .quiet": { color: "text.secondary" },
} as const;

/** A JSON value as a tree whose branches open and close. */
export function JsonTree({ value }: { value: unknown }) {
  return <Box sx={STYLE}>{isBranch(value) ? <Members value={value} depth={0} /> : <Leaf value={value} />}</Box>;
}

type Branch = Record<string, unknown> | unknown[];

function isBranch(value: unknown): value is Branch {
  return typeof value === "object" && value !== null;
}

function Members({ value, depth }: { value: Branch; depth: number }) {
  return Object.entries(value).map(([name, member]) => (
    <Member key={name} name={Array.isArray(value) ? null : name} index={name} value={member} depth={depth} />
  ));
}

interface MemberProps {
  /** Null for an item of an array. */
  name: string | null;
  index: string;
  value: unknown;
  depth: number;
}

function Member({ name, index, value, depth }: MemberProps) {
  const translate = useTranslate();
  const label = <span className={name === null ? "quiet" : "name"}>{name ?? index}: </span>;
  if (!isBranch(value)) {
    return (
      <div>
        {label}
        <Leaf value={value} />
      </div>
    );
  }
  const count = Object.keys(value).length;
  const kind = Array.isArray(value) ? "items" : "fields";
  return (
    <details open={depth + 1 < OPEN_DEPTH && count <= 20}>
      <summary>
        {label}
        <span className="quiet">{translate(`channels.watch.${kind}`, { smart_count: count })}</span>
      </summary>
      <div className="inside">
        <Members value={value} depth={depth + 1} />
      </div>
    </details>
  );
}

function Leaf({ value }: { value: unknown }) {
  return <span className={typeof value === "string" ? "text" : "other"}>{JSON.stringify(value)}</span>;
}
