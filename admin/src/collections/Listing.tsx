import Add from "@mui/icons-material/Add";
import FilterAlt from "@mui/icons-material/FilterAltOutlined";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Card from "@mui/material/Card";
import LinearProgress from "@mui/material/LinearProgress";
import { lazy, memo, type ReactNode, Suspense, useCallback, useMemo, useRef, useState } from "react";
import { type RaRecord, Title, useListContext, useTranslate } from "react-admin";
import { Link, useNavigate } from "react-router-dom";
import type { Collection } from "../server/description";
import { Failure } from "../shell/Failure";
import { BulkBar } from "./bulk/BulkBar";
import { ColumnsButton } from "./ColumnsButton";
import { EmptyCollection, NoResults } from "./EmptyList";
import { ExportButton } from "./export/ExportButton";
import { FilterChips } from "./filter/FilterChips";
import { SearchBox } from "./filter/SearchBox";
import { MarksContext } from "./live/marks";
import { ChangesTold, NewsChip } from "./live/NewsChip";
import { useLiveRows } from "./live/useLiveRows";
import { Pages } from "./Pages";
import { SortButton } from "./SortButton";
import { ToolButton } from "./ToolButton";
import { Cards } from "./table/Cards";
import { Table } from "./table/Table";
import { useAddress } from "./useAddress";
import type { Columns } from "./useColumns";
import { type Filtering, useFiltering, useTotal } from "./useListing";
import { useSearchKey } from "./useSearchKey";
import { GoContext } from "./values/Go";
import { NamesContext, useNames } from "./values/names";
import { ViewsButton } from "./views/ViewsButton";

const FilterDialog = lazy(async () => ({ default: (await import("./filter/FilterDialog")).FilterDialog }));

const NO_RECORDS: RaRecord[] = [];

interface ListingProps {
  collection: Collection;
  columns: Columns;
  isPhone: boolean;
}

/** Everything of a list but its data: what narrows it, what it shows, what can be done with it. */
export function Listing({ collection, columns, isPhone }: ListingProps) {
  const filtering = useFiltering(columns.all);
  const queryable = useMemo(() => columns.all.filter((column) => column.queryable), [columns.all]);
  const [isBuilding, setBuilding] = useState(false);
  const total = useTotal(collection);
  useAddress();
  const { marks, fresh, show } = useLiveRows(collection, columns);
  const { data } = useListContext();
  const edit = useCallback(() => setBuilding(true), []);
  return (
    <>
      <Title title={collection.label} preferenceKey={false} />
      <Bar
        collection={collection}
        columns={columns}
        filtering={filtering}
        total={total}
        isPhone={isPhone}
        onFilter={edit}
      />
      <FilterChips filtering={filtering} columns={columns.all} onEdit={edit} />
      <NewsChip count={fresh} onShow={show} />
      <ChangesTold count={data?.filter((record) => marks.has(String(record.id))).length ?? 0} />
      <MarksContext value={marks}>
        <Page collection={collection} columns={columns} filtering={filtering} total={total} isPhone={isPhone} />
      </MarksContext>
      <BulkBar collection={collection} columns={columns} total={total} />
      {isBuilding && (
        <Suspense>
          <FilterDialog
            filtering={filtering}
            columns={queryable}
            isPhone={isPhone}
            onClose={() => setBuilding(false)}
          />
        </Suspense>
      )}
    </>
  );
}

interface PartProps extends ListingProps {
  filtering: Filtering;
  total: number | undefined;
}

interface BarProps extends PartProps {
  onFilter(): void;
}

/** What stands above the rows; they come and go without it being drawn again. */
const Bar = memo(function Bar({ collection, columns, filtering, total, isPhone, onFilter }: BarProps) {
  const translate = useTranslate();
  const input = useRef<HTMLInputElement>(null);
  useSearchKey(input);
  const conditions = filtering.conditions?.parts.length ?? 1;
  return (
    <Box sx={{ display: "flex", flexWrap: "wrap", gap: 1, alignItems: "center" }}>
      {collection.searchable && (
        <SearchBox
          label={translate("collections.search", { name: collection.label })}
          text={filtering.search}
          onChange={filtering.setSearch}
          inputRef={input}
        />
      )}
      <Box sx={{ display: "flex", alignItems: "center", ml: "auto", gap: { xs: 0, sm: 0.5 } }}>
        <ToolButton
          label={translate("collections.filter.title")}
          icon={<FilterAlt fontSize="small" />}
          count={conditions}
          hasPopup="dialog"
          onClick={onFilter}
        />
        {isPhone ? <SortButton columns={columns.all} /> : <ColumnsButton columns={columns} />}
        <ViewsButton collection={collection} columns={columns} />
        <ExportButton collection={collection} columns={columns} total={total} />
      </Box>
      {collection.can.create && (
        <Button variant="contained" startIcon={<Add />} component={Link} to={`/${collection.name}/create`}>
          {isPhone ? translate("ra.action.create") : translate("collections.create", { name: collection.singular })}
        </Button>
      )}
    </Box>
  );
});

function Page({ collection, columns, filtering, total, isPhone }: PartProps) {
  const { data, error, isPending, isFetching, isPlaceholderData, page, refetch } = useListContext();
  const navigate = useNavigate();
  const names = useNames(columns.shown, data ?? NO_RECORDS);
  if (error && !data) return <Failure error={error} retry={() => void refetch()} />;
  const isEmpty = !isPending && !isPlaceholderData && data?.length === 0 && page === 1;
  if (isEmpty) {
    return (
      <Card>
        {filtering.isFiltered ? <NoResults onClear={filtering.clear} /> : <EmptyCollection collection={collection} />}
      </Card>
    );
  }
  const shown = { collection, columns: columns.shown, isSelectable: true };
  return (
    <GoContext value={navigate}>
      <NamesContext value={names}>
        <Surface isPhone={isPhone} isNew={isPending} isStale={Boolean(isPlaceholderData && isFetching)}>
          {isPhone ? <Cards {...shown} /> : <Table {...shown} />}
        </Surface>
        <Pages total={total} />
      </NamesContext>
    </GoContext>
  );
}

interface SurfaceProps {
  isPhone: boolean;
  /** Nothing is there yet. */
  isNew: boolean;
  isStale: boolean;
  children: ReactNode;
}

/** What the page stands on; while the next one is on its way, it stays and says so. */
function Surface({ isPhone, isNew, isStale, children }: SurfaceProps) {
  const translate = useTranslate();
  return (
    <Card
      aria-busy={isNew || isStale}
      sx={{ position: "relative", ...(isPhone && { border: 0, bgcolor: "transparent", overflow: "visible" }) }}
    >
      {isStale && (
        <LinearProgress
          aria-label={translate("shell.loading")}
          sx={{ position: "absolute", insetInline: 0, top: 0, height: 2, zIndex: 1 }}
        />
      )}
      {children}
    </Card>
  );
}
