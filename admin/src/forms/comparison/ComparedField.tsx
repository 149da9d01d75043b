import {
  Box,
  Button,
  Chip,
  FormControl,
  FormControlLabel,
  FormHelperText,
  Paper,
  Radio,
  RadioGroup,
  TextField,
  Typography,
} from "@mui/material";
import { useTranslate } from "react-admin";
import type { Choice } from "../model/choices";
import type { Compared } from "../model/merge";
import { weave } from "../model/weave";
import { ReadValue } from "../values/ReadValue";
import { Difference } from "./Difference";

interface ComparedFieldProps {
  compared: Compared;
  choice: Choice | undefined;
  onChoose(choice: Choice): void;
}

const TEXTS: ReadonlySet<string> = new Set(["string", "text", "markdown", "richtext"]);
const WHO = { mine: "byYou", theirs: "byOthers", conflict: "byBoth", agreed: "agreed", untouched: "agreed" } as const;

/** A field that somebody has changed: what it was, what the others and the user made of it, and the choice. */
export function ComparedField({ compared, choice, onChoose }: ComparedFieldProps) {
  const translate = useTranslate();
  const { leaf, outcome } = compared;
  const isText = TEXTS.has(leaf.field.type);
  const name = `compare${leaf.pointer}`;
  return (
    <Paper variant="outlined" component="section" sx={{ p: 2 }} data-compared={leaf.pointer}>
      <FormControl component="fieldset" sx={{ m: 0, width: 1, minWidth: 0 }} error={choice === undefined}>
        <Box component="legend" sx={{ display: "flex", flexWrap: "wrap", alignItems: "center", gap: 1, p: 0, mb: 1 }}>
          <Typography component="span" variant="subtitle2">
            {leaf.label}
          </Typography>
          <Chip
            size="small"
            color={outcome === "conflict" ? "warning" : "default"}
            variant="outlined"
            label={translate(`forms.compare.${WHO[outcome]}`)}
          />
        </Box>
        <RadioGroup
          name={name}
          value={choice?.side ?? ""}
          onChange={(_event, side) => onChoose(choiceOf(side, compared))}
          sx={{
            display: "grid",
            gap: 1.5,
            gridTemplateColumns: { xs: "minmax(0, 1fr)", md: "repeat(3, minmax(0, 1fr))" },
          }}
        >
          {(["base", "theirs", "mine"] as const).map((side) => (
            <Side key={side} compared={compared} side={side} isChosen={choice?.side === side} isText={isText} />
          ))}
          {isText && choice?.side === "merged" && (
            <FormControlLabel
              value="merged"
              control={<Radio size="small" />}
              label={translate("forms.compare.merged")}
              sx={{ gridColumn: "1 / -1" }}
            />
          )}
        </RadioGroup>
        {choice === undefined && <FormHelperText>{translate("forms.compare.choose")}</FormHelperText>}
        {isText && choice?.side === "merged" && (
          <TextField
            multiline
            maxRows={16}
            label={translate("forms.compare.merged")}
            value={choice.merged}
            onChange={(event) => onChoose({ side: "merged", merged: event.target.value })}
          />
        )}
        {isText && choice?.side !== "merged" && outcome === "conflict" && (
          <Button
            size="small"
            sx={{ alignSelf: "start", mt: 1 }}
            onClick={() => onChoose(choiceOf("merged", compared))}
          >
            {translate("forms.compare.edit")}
          </Button>
        )}
      </FormControl>
    </Paper>
  );
}

/** By hand one begins with the changes of both, where they do not touch, otherwise with one's own. */
function choiceOf(side: string, { base, theirs, mine }: Compared): Choice {
  if (side === "merged") return { side, merged: weave(textOf(base), textOf(theirs), textOf(mine)) ?? textOf(mine) };
  return { side: side === "base" || side === "theirs" ? side : "mine" };
}

interface SideProps {
  compared: Compared;
  side: "base" | "theirs" | "mine";
  isChosen: boolean;
  isText: boolean;
}

function Side({ compared, side, isChosen, isText }: SideProps) {
  const translate = useTranslate();
  const { leaf, base } = compared;
  const value = compared[side];
  return (
    <Box
      sx={{
        minWidth: 0,
        border: 1,
        borderColor: isChosen ? "primary.main" : "divider",
        borderRadius: 1,
        p: 1,
        bgcolor: isChosen ? "action.selected" : undefined,
      }}
    >
      <FormControlLabel
        value={side}
        control={<Radio size="small" />}
        label={translate(`forms.compare.${side}`)}
        slotProps={{ typography: { variant: "body2", sx: { fontWeight: 600 } } }}
      />
      <Box
        sx={{ maxHeight: 260, overflow: "auto", overflowWrap: "anywhere" }}
        tabIndex={0}
        role="group"
        aria-label={translate(`forms.compare.${side}`)}
      >
        {isText && side !== "base" && textOf(base) + textOf(value) !== "" ? (
          <Difference before={textOf(base)} after={textOf(value)} />
        ) : (
          <ReadValue field={plain(leaf.field)} value={value} />
        )}
      </Box>
    </Box>
  );
}

/** Markdown and HTML are compared as they are written. */
function plain(field: Compared["leaf"]["field"]): Compared["leaf"]["field"] {
  return field.type === "markdown" || field.type === "richtext" ? { ...field, type: "text" } : field;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
