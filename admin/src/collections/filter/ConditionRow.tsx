import Close from "@mui/icons-material/Close";
import Box from "@mui/material/Box";
import IconButton from "@mui/material/IconButton";
import TextField from "@mui/material/TextField";
import Tooltip from "@mui/material/Tooltip";
import { useTranslate } from "react-admin";
import { conditionOn } from "../model/draft";
import type { Column } from "../model/fields";
import type { Condition } from "../model/filter";
import { arityOf, type Operator, operatorsOf } from "../model/operators";
import { operatorKey } from "./ConditionText";
import { ValueInput } from "./ValueInput";

interface ConditionRowProps {
  condition: Condition;
  columns: readonly Column[];
  onChange(condition: Condition): void;
  onRemove(): void;
}

/** One line of the filter builder: a field, what is said of it, with what it is compared. */
export function ConditionRow({ condition, columns, onChange, onRemove }: ConditionRowProps) {
  const translate = useTranslate();
  const column = columns.find(({ path }) => path === condition.path);
  if (!column) return null;
  const { field } = column;
  const take = (operator: Operator) => {
    const isAlike =
      arityOf(operator) === arityOf(condition.operator) && operator !== "on" && condition.operator !== "on";
    onChange({ path: condition.path, operator, ...(isAlike && { value: condition.value }) });
  };
  const goTo = (path: string) => {
    const next = columns.find((one) => one.path === path);
    if (next) onChange(conditionOn(next));
  };
  const remove = translate("collections.filter.remove");
  return (
    <Box
      role="group"
      aria-label={column.label}
      sx={{
        display: "grid",
        gap: 1,
        alignItems: "start",
        gridTemplateColumns: { xs: "1fr auto", sm: "minmax(0, 3fr) minmax(0, 3fr) minmax(0, 5fr) auto" },
      }}
    >
      <Select label={translate("collections.filter.field")} value={condition.path} onChange={goTo}>
        {columns.map(({ path, label }) => (
          <option key={path} value={path}>
            {label}
          </option>
        ))}
      </Select>
      <Tooltip title={remove}>
        <IconButton onClick={onRemove} aria-label={remove} sx={{ order: { sm: 4 } }}>
          <Close fontSize="small" />
        </IconButton>
      </Tooltip>
      <Box sx={{ gridColumn: { xs: "1 / -1", sm: "auto" }, order: { sm: 2 } }}>
        <Select
          label={translate("collections.filter.operator")}
          value={condition.operator}
          onChange={(operator) => take(operator as Operator)}
        >
          {operatorsOf(field).map((operator) => (
            <option key={operator} value={operator}>
              {translate(operatorKey({ operator }, field))}
            </option>
          ))}
        </Select>
      </Box>
      <Box sx={{ gridColumn: { xs: "1 / -1", sm: "auto" }, order: { sm: 3 }, minWidth: 0 }}>
        <ValueInput
          key={`${condition.path}.${condition.operator}`}
          field={field}
          operator={condition.operator}
          value={condition.value}
          onChange={(value) => onChange({ ...condition, value })}
        />
      </Box>
    </Box>
  );
}

interface SelectProps {
  label: string;
  value: string;
  onChange(value: string): void;
  children: React.ReactNode;
}

function Select({ label, value, onChange, children }: SelectProps) {
  return (
    <TextField
      select
      margin="none"
      fullWidth
      value={value}
      onChange={(event) => onChange(event.target.value)}
      slotProps={{ select: { native: true }, htmlInput: { "aria-label": label } }}
    >
      {children}
    </TextField>
  );
}
