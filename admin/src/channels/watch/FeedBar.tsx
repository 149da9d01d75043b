import ClearIcon from "@mui/icons-material/DeleteSweepOutlined";
import PauseIcon from "@mui/icons-material/Pause";
import PlayIcon from "@mui/icons-material/PlayArrow";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import FormControlLabel from "@mui/material/FormControlLabel";
import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import Switch from "@mui/material/Switch";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useTranslate } from "react-admin";
import { countMessages, type Filter, MOST_SHOWN } from "./feed";
import type { Watch } from "./useWatch";

interface FeedBarProps {
  watch: Watch;
  filter: Filter;
  onFilter: (filter: Filter) => void;
  types: string[];
  /** How many messages fit the filter. */
  shown: number;
  isNewestFirst: boolean;
  onNewestFirst: (isNewestFirst: boolean) => void;
}

/** What can be done with the messages that have come, and how many they are. */
export function FeedBar({ watch, filter, onFilter, types, shown, isNewestFirst, onNewestFirst }: FeedBarProps) {
  const translate = useTranslate();
  const { feed } = watch;
  return (
    <Stack spacing={1}>
      <Box sx={{ display: "flex", flexWrap: "wrap", columnGap: 1, rowGap: 1.5, alignItems: "center" }}>
        <Button
          size="small"
          variant="outlined"
          startIcon={feed.isPaused ? <PlayIcon /> : <PauseIcon />}
          onClick={feed.isPaused ? watch.resume : watch.pause}
        >
          {translate(feed.isPaused ? "channels.watch.resume" : "channels.watch.pause")}
        </Button>
        <Button size="small" variant="outlined" startIcon={<ClearIcon />} onClick={watch.clear}>
          {translate("channels.watch.clear")}
        </Button>
        <TextField
          select
          label={translate("channels.watch.type")}
          value={types.includes(filter.type) ? filter.type : ""}
          onChange={(event) => onFilter({ ...filter, type: event.target.value })}
          slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
          sx={{ width: 160, m: 0 }}
        >
          <MenuItem value="">{translate("channels.watch.allTypes")}</MenuItem>
          {types.map((type) => (
            <MenuItem key={type} value={type}>
              {type}
            </MenuItem>
          ))}
        </TextField>
        <TextField
          type="search"
          label={translate("channels.watch.search")}
          value={filter.search}
          onChange={(event) => onFilter({ ...filter, search: event.target.value })}
          sx={{ flex: "1 1 160px", maxWidth: 280, m: 0 }}
        />
      </Box>
      <Box
        sx={{ display: "flex", flexWrap: "wrap", columnGap: 2, alignItems: "center", justifyContent: "space-between" }}
      >
        <Counts watch={watch} shown={shown} />
        <FormControlLabel
          label={translate("channels.watch.newestFirst")}
          control={
            <Switch size="small" checked={isNewestFirst} onChange={(event) => onNewestFirst(event.target.checked)} />
          }
          sx={{ m: 0 }}
        />
      </Box>
    </Stack>
  );
}

function Counts({ watch: { state, feed }, shown }: { watch: Watch; shown: number }) {
  const translate = useTranslate();
  const count = countMessages(feed.entries);
  const heldKey = feed.heldCount > MOST_SHOWN ? "channels.watch.heldMost" : "channels.watch.held";
  const colour = { open: "success.main", lost: "warning.main", refused: "error.main" } as Record<string, string>;
  return (
    <Box sx={{ display: "flex", flexWrap: "wrap", columnGap: 2, fontSize: "0.85rem", color: "text.secondary" }}>
      <Box role="status" sx={{ color: colour[state] ?? "text.secondary", fontWeight: 600 }}>
        {translate(`channels.watch.state.${state}`)}
      </Box>
      <span data-count={count}>{translate("channels.watch.shown", { shown, count })}</span>
      {feed.isPaused && (
        <Typography component="span" variant="inherit" sx={{ color: "warning.main", fontWeight: 600 }}>
          {translate(heldKey, { smart_count: Math.min(feed.heldCount, MOST_SHOWN) })}
        </Typography>
      )}
      {feed.forgotten > 0 && <span>{translate("channels.watch.forgotten", { smart_count: feed.forgotten })}</span>}
    </Box>
  );
}
