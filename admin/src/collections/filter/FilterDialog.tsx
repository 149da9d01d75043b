import Add from "@mui/icons-material/Add";
import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import Paper from "@mui/material/Paper";
import TextField from "@mui/material/TextField";
import { useId, useState } from "react";
import { useTranslate } from "react-admin";
import { added, addedTo, changed, conditionOn, joined, removed } from "../model/draft";
import type { Column } from "../model/fields";
import { type Conditions, type Group, isGroup, type Join, NOTHING } from "../model/filter";
import type { Filtering } from "../useListing";
import { ConditionRow } from "./ConditionRow";

interface FilterDialogProps {
  filtering: Filtering;
  /** Those that may be filtered by. */
  columns: readonly Column[];
  isPhone: boolean;
  onClose(): void;
}

/** Where a filter is made: conditions, and groups of them, applied together. */
export function FilterDialog({ filtering, columns, isPhone, onClose }: FilterDialogProps) {
  const translate = useTranslate();
  const title = useId();
  const [draft, setDraft] = useState<Conditions | null>(() => begun(filtering.conditions, columns));
  const apply = () => {
    if (draft !== null) filtering.setConditions(draft);
    onClose();
  };
  return (
    <Dialog open fullScreen={isPhone} fullWidth maxWidth="md" onClose={onClose} aria-labelledby={title}>
      <form
        style={{ display: "contents" }}
        onSubmit={(event) => {
          event.preventDefault();
          apply();
        }}
      >
        <DialogTitle id={title}>{translate("collections.filter.title")}</DialogTitle>
        <DialogContent sx={{ display: "grid", gap: 2, alignContent: "start" }}>
          {draft === null ? (
            <Custom query={filtering.query} onDiscard={() => setDraft(begun(NOTHING, columns))} />
          ) : (
            <Builder draft={draft} columns={columns} onChange={setDraft} />
          )}
        </DialogContent>
        <DialogActions>
          <Button onClick={() => setDraft(NOTHING)} sx={{ mr: "auto" }} disabled={draft?.parts.length === 0}>
            {translate("collections.filter.clear")}
          </Button>
          <Button onClick={onClose}>{translate("ra.action.cancel")}</Button>
          <Button type="submit" variant="contained" disabled={draft === null}>
            {translate("collections.filter.apply")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

/** Where there are none yet, one condition stands ready. */
function begun(conditions: Conditions | null, columns: readonly Column[]): Conditions | null {
  const [first] = columns;
  return conditions?.parts.length === 0 && first ? added(conditions, conditionOn(first)) : conditions;
}

/** A filter that came with a link and says more than can be built. */
function Custom({ query, onDiscard }: { query: unknown; onDiscard(): void }) {
  const translate = useTranslate();
  return (
    <Alert
      severity="info"
      action={
        <Button size="small" color="inherit" onClick={onDiscard}>
          {translate("collections.filter.discard")}
        </Button>
      }
    >
      {translate("collections.filter.customHelp")}
      <Box component="pre" sx={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere", m: 0, mt: 1 }}>
        {JSON.stringify(query, null, 2)}
      </Box>
    </Alert>
  );
}

interface BuilderProps {
  draft: Conditions;
  columns: readonly Column[];
  onChange(draft: Conditions): void;
}

function Builder({ draft, columns, onChange }: BuilderProps) {
  const translate = useTranslate();
  const [first] = columns;
  if (!first) return null;
  const fresh = conditionOn(first);
  return (
    <>
      {draft.parts.length > 1 && <JoinSelect join={draft.join} onChange={(join) => onChange(joined(draft, join))} />}
      {draft.parts.map((part, index) =>
        isGroup(part) ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no name but their place
          <GroupBox key={index} group={part} index={index} draft={draft} columns={columns} onChange={onChange} />
        ) : (
          <ConditionRow
            // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no name but their place
            key={index}
            condition={part}
            columns={columns}
            onChange={(condition) => onChange(changed(draft, [index], condition))}
            onRemove={() => onChange(removed(draft, [index]))}
          />
        ),
      )}
      <Box sx={{ display: "flex", gap: 1, flexWrap: "wrap" }}>
        <Button startIcon={<Add />} onClick={() => onChange(added(draft, fresh))}>
          {translate("collections.filter.add")}
        </Button>
        <Button startIcon={<Add />} onClick={() => onChange(added(draft, { join: "any", parts: [fresh, fresh] }))}>
          {translate("collections.filter.addGroup")}
        </Button>
      </Box>
    </>
  );
}

function GroupBox({ group, index, draft, columns, onChange }: BuilderProps & { group: Group; index: number }) {
  const translate = useTranslate();
  const [first] = columns;
  return (
    <Paper variant="outlined" sx={{ p: 1.5, display: "grid", gap: 1.5, bgcolor: "background.default" }}>
      <JoinSelect join={group.join} onChange={(join) => onChange(joined(draft, join, index))} />
      {group.parts.map((condition, inner) => (
        <ConditionRow
          // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no name but their place
          key={inner}
          condition={condition}
          columns={columns}
          onChange={(next) => onChange(changed(draft, [index, inner], next))}
          onRemove={() => onChange(removed(draft, [index, inner]))}
        />
      ))}
      {first && (
        <Button
          startIcon={<Add />}
          sx={{ justifySelf: "start" }}
          onClick={() => onChange(addedTo(draft, index, conditionOn(first)))}
        >
          {translate("collections.filter.add")}
        </Button>
      )}
    </Paper>
  );
}

function JoinSelect({ join, onChange }: { join: Join; onChange(join: Join): void }) {
  const translate = useTranslate();
  return (
    <TextField
      select
      fullWidth={false}
      margin="none"
      value={join}
      onChange={(event) => onChange(event.target.value as Join)}
      sx={{ justifySelf: "start", maxWidth: "100%" }}
      slotProps={{ select: { native: true }, htmlInput: { "aria-label": translate("collections.filter.join") } }}
    >
      <option value="all">{translate("collections.filter.all")}</option>
      <option value="any">{translate("collections.filter.any")}</option>
    </TextField>
  );
}
