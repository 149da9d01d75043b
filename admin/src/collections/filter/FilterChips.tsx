import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import { Fragment, type ReactNode } from "react";
import { useTranslate } from "react-admin";
import { removed } from "../model/draft";
import type { Column } from "../model/fields";
import { type Condition, type Group, isGroup } from "../model/filter";
import type { Filtering } from "../useListing";
import { ConditionText } from "./ConditionText";

interface FilterChipsProps {
  filtering: Filtering;
  columns: readonly Column[];
  onEdit(): void;
}

/** What a list is narrowed to, each part of it to be taken away or looked at. */
export function FilterChips({ filtering, columns, onEdit }: FilterChipsProps) {
  const translate = useTranslate();
  const { conditions, search, isFiltered, setConditions, setQuery, setSearch, clear } = filtering;
  if (!isFiltered) return null;
  const or = translate("collections.filter.or");
  return (
    <Box
      role="group"
      aria-label={translate("collections.filter.active")}
      sx={{ display: "flex", flexWrap: "wrap", gap: 0.75, alignItems: "center", minWidth: 0 }}
    >
      {search && (
        <Part label={translate("collections.filter.search", { text: search })} onDelete={() => setSearch("")} />
      )}
      {conditions === null && (
        <Part label={translate("collections.filter.custom")} onClick={onEdit} onDelete={() => setQuery({})} />
      )}
      {conditions?.parts.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two conditions may be the same, and hold no state
        <Fragment key={index}>
          {index > 0 && conditions.join === "any" && <span>{or}</span>}
          <Part
            label={<PartText part={part} columns={columns} />}
            onClick={onEdit}
            onDelete={() => setConditions(removed(conditions, [index]))}
          />
        </Fragment>
      ))}
      <Button size="small" onClick={clear}>
        {translate("collections.filter.clear")}
      </Button>
    </Box>
  );
}

interface PartProps {
  label: ReactNode;
  onClick?: () => void;
  onDelete: () => void;
}

function Part(props: PartProps) {
  return <Chip size="small" sx={{ height: 28, maxWidth: "100%", "& i": { color: "text.secondary" } }} {...props} />;
}

function PartText({ part, columns }: { part: Condition | Group; columns: readonly Column[] }) {
  const translate = useTranslate();
  if (!isGroup(part)) return <Text condition={part} columns={columns} />;
  return part.parts.map((condition, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: two conditions may be the same, and hold no state
    <Fragment key={index}>
      {index > 0 && <> {translate(part.join === "any" ? "collections.filter.or" : "collections.filter.and")} </>}
      <Text condition={condition} columns={columns} />
    </Fragment>
  ));
}

function Text({ condition, columns }: { condition: Condition; columns: readonly Column[] }) {
  const column = columns.find(({ path }) => path === condition.path);
  return column ? <ConditionText condition={condition} label={column.label} field={column.field} /> : condition.path;
}
