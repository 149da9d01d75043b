import DownIcon from "@mui/icons-material/ArrowDownward";
import UpIcon from "@mui/icons-material/ArrowUpward";
import RemoveIcon from "@mui/icons-material/DeleteOutlined";
import { Box, IconButton, Paper, Stack, Tooltip, Typography } from "@mui/material";
import type { KeyboardEvent } from "react";
import { useTranslate } from "react-admin";
import { useWatch } from "react-hook-form";
import type { Field } from "../../server/description";
import { useFormScope } from "../page/scope";
import { FieldGrid } from "./FieldGrid";
import { FieldInput } from "./FieldInput";

interface RowProps {
  items: Field;
  source: string;
  index: number;
  count: number;
  /** Move it, and put the focus on a button of it (`up`, `down`) or on its input. */
  onMove(to: number, button: string): void;
  onRemove(): void;
}

/** An element of a list with what can be done to it; an object is a card. */
export function Row({ items, source, index, count, onMove, onRemove }: RowProps) {
  const { isReadOnly } = useFormScope();
  const onKeyDown = (event: KeyboardEvent) => {
    if (!event.altKey || isReadOnly || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    event.stopPropagation();
    onMove(event.key === "ArrowUp" ? index - 1 : index + 1, "input");
  };
  const buttons = isReadOnly ? null : <RowButtons index={index} count={count} onMove={onMove} onRemove={onRemove} />;
  if (items.type === "object") {
    return (
      <Paper variant="outlined" onKeyDown={onKeyDown} sx={{ p: 2, pt: 1 }} component="section">
        <Stack direction="row" sx={{ alignItems: "center", justifyContent: "space-between", mb: 1 }}>
          <CardTitle items={items} source={source} index={index} />
          {buttons}
        </Stack>
        <FieldGrid fields={items.fields ?? []} prefix={`${source}.`} />
      </Paper>
    );
  }
  return (
    <Stack direction="row" spacing={0.5} sx={{ alignItems: "flex-start" }} onKeyDown={onKeyDown}>
      <Box sx={{ flex: 1, minWidth: 0 }}>
        <FieldInput field={{ ...items, label: `${items.label} ${index + 1}` }} source={source} hideLabel />
      </Box>
      {buttons}
    </Stack>
  );
}

function CardTitle({ items, source, index }: { items: Field; source: string; index: number }) {
  const value: unknown = useWatch({ name: source });
  const first = items.fields?.find(({ type }) => type === "string");
  const text =
    first && typeof value === "object" && value !== null ? (value as Record<string, unknown>)[first.name] : null;
  return (
    <Typography variant="subtitle2" component="h4" noWrap sx={{ minWidth: 0 }}>
      {typeof text === "string" && text !== "" ? text : `${items.label} ${index + 1}`}
    </Typography>
  );
}

function RowButtons({ index, count, onMove, onRemove }: Omit<RowProps, "items" | "source">) {
  const translate = useTranslate();
  const place = { number: index + 1 };
  const buttons = [
    { name: "up", icon: <UpIcon fontSize="small" />, isOff: index === 0, act: () => onMove(index - 1, "up") },
    {
      name: "down",
      icon: <DownIcon fontSize="small" />,
      isOff: index === count - 1,
      act: () => onMove(index + 1, "down"),
    },
    { name: "remove", icon: <RemoveIcon fontSize="small" />, isOff: false, act: onRemove },
  ];
  return (
    <Stack direction="row" sx={{ flexShrink: 0, pt: 1 }}>
      {buttons.map(({ name, icon, isOff, act }) => (
        <Tooltip key={name} title={translate(`forms.list.${name}`, place)}>
          {/* Not `disabled`: a button that had the focus would lose it when its row comes to the end. */}
          <IconButton
            size="small"
            data-button={name}
            aria-label={translate(`forms.list.${name}`, place)}
            aria-disabled={isOff}
            onClick={() => !isOff && act()}
            sx={isOff ? { opacity: 0.35 } : undefined}
          >
            {icon}
          </IconButton>
        </Tooltip>
      ))}
    </Stack>
  );
}
