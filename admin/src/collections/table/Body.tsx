import { type KeyboardEvent, type MouseEvent, memo, useContext, useState } from "react";
import {
  type RaRecord,
  useDataTableCallbacksContext,
  useDataTableConfigContext,
  useDataTableDataContext,
  useDataTableSelectedIdsContext,
  useTranslate,
} from "react-admin";
import { type Mark, MarksContext } from "../live/marks";
import { isNumeric, valueAt } from "../model/fields";
import { GoContext } from "../values/Go";
import { Value } from "../values/Value";
import { Name, nameOf, pathOf } from "./Name";
import { type Shown, ShownContext } from "./shown";
import { Tick } from "./Tick";

/** The rows of a table. Arrows go from one to the next, Enter opens, the space bar selects. */
export function Body() {
  const data = useDataTableDataContext();
  const selected = useDataTableSelectedIdsContext();
  const { hasBulkActions } = useDataTableConfigContext();
  const marks = useContext(MarksContext);
  const shown = useContext(ShownContext);
  // The tab key comes to one row: the one that was last in use, at first the first.
  const [last, setLast] = useState<unknown>(null);
  const isThere = data?.some((record) => record.id === last);
  const active = isThere ? last : data?.[0]?.id;
  return (
    <tbody onKeyDown={move}>
      {data?.map((record) => (
        <Row
          key={record.id}
          record={record}
          shown={shown}
          mark={marks.get(String(record.id))}
          isActive={record.id === active}
          activate={setLast}
          isSelectable={hasBulkActions === true}
          isSelected={selected?.includes(record.id) ?? false}
        />
      ))}
    </tbody>
  );
}

interface RowProps {
  record: RaRecord;
  shown: Shown;
  mark: Mark | undefined;
  isActive: boolean;
  activate(id: unknown): void;
  isSelectable: boolean;
  isSelected: boolean;
}

/** Plain elements, styled by the table: a page has hundreds of cells, and is to be turned without a stutter. */
const Row = memo(function Row({ record, shown, mark, isActive, activate, isSelectable, isSelected }: RowProps) {
  const navigate = useContext(GoContext);
  const { collection, columns } = shown;
  const open = () => navigate?.(pathOf(collection.name, record.id));
  return (
    <tr
      className={mark && `mark-${mark}`}
      aria-selected={isSelectable ? isSelected : undefined}
      tabIndex={isActive ? 0 : -1}
      onFocus={() => activate(record.id)}
      onClick={(event) => isPlain(event) && open()}
      onKeyDown={(event) => {
        if (event.key === "Enter" && event.target === event.currentTarget) open();
      }}
    >
      {isSelectable && (
        <td className="list-tick">
          <SelectRow record={record} name={nameOf(collection, record)} isSelected={isSelected} />
        </td>
      )}
      {columns.map(({ path, field }) =>
        path === collection.title ? (
          <td key={path} className="list-name">
            <Name collection={collection} record={record} />
          </td>
        ) : (
          <td key={path} className={isNumeric(field) ? "list-number" : undefined}>
            <Value field={field} value={valueAt(record, path)} />
          </td>
        ),
      )}
    </tr>
  );
});

function SelectRow({ record, name, isSelected }: { record: RaRecord; name: string; isSelected: boolean }) {
  const translate = useTranslate();
  const { handleToggleItem } = useDataTableCallbacksContext();
  const toggle = (shiftKey: boolean) => handleToggleItem?.(record.id, { shiftKey } as never);
  return <Tick label={translate("collections.select", { name })} isOn={isSelected} onToggle={toggle} />;
}

/** Tell whether a click is meant for the row: not where it ends the selection of a text. */
function isPlain(event: MouseEvent): boolean {
  return !event.defaultPrevented && window.getSelection()?.type !== "Range";
}

/** Do what a key means on a row; keys within a row belong to what stands there. */
function move(event: KeyboardEvent<HTMLElement>): void {
  const row = event.target;
  if (!(row instanceof HTMLTableRowElement)) return;
  const next = NEIGHBOUR[event.key]?.(row);
  if (next instanceof HTMLElement) next.focus();
  else if (event.key === " ") row.querySelector<HTMLInputElement>("input[type=checkbox]")?.click();
  else return;
  event.preventDefault();
}

const NEIGHBOUR: Record<string, (row: HTMLTableRowElement) => Element | null | undefined> = {
  ArrowDown: (row) => row.nextElementSibling,
  ArrowUp: (row) => row.previousElementSibling,
  Home: (row) => row.parentElement?.firstElementChild,
  End: (row) => row.parentElement?.lastElementChild,
};
