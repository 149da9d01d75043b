import Box from "@mui/material/Box";
import type { Theme } from "@mui/material/styles";
import useMediaQuery from "@mui/material/useMediaQuery";
import { memo, useMemo } from "react";
import { ListBase, useLocale, useResourceContext, useStore } from "react-admin";
import { Navigate, useLocation } from "react-router-dom";
import { useCollection } from "../server/description";
import { Listing } from "./Listing";
import { settled, sortBy } from "./model/address";
import { isSortable } from "./model/fields";
import type { View } from "./model/views";
import { PAGE_SIZES } from "./Pages";
import { fieldsOf, useColumns, useStoreKey } from "./useColumns";
import { FormatsContext, formatsOf } from "./values/formats";

/** The list of a collection's documents, made from its description. */
export const CollectionList = memo(function CollectionList() {
  const name = useResourceContext() ?? "";
  const collection = useCollection(name);
  const isPhone = useMediaQuery((theme: Theme) => theme.breakpoints.down("sm"), { noSsr: true });
  const locale = useLocale();
  const formats = useMemo(() => formatsOf(locale), [locale]);
  const columns = useColumns(collection);
  // How many there are is asked for apart, once for all pages: a page never waits for it.
  const meta = useMemo(() => ({ count: false, fields: fieldsOf(collection, columns) }), [collection, columns]);
  const [views] = useStore<View[]>(useStoreKey(collection, "views"), []);
  const first = views.find((view) => view.isDefault);
  const sort = sortBy(collection.sort || "id");
  const storeKey = useStoreKey(collection, "list");
  const { search } = useLocation();
  const wanted = settled(search, {
    pageSizes: PAGE_SIZES,
    isSortable: (path) => path === sort.field || columns.all.some((one) => one.path === path && isSortable(one)),
  });
  if (wanted !== search) return <Navigate to={{ search: wanted }} replace />;
  return (
    <FormatsContext value={formats}>
      <ListBase
        key={name}
        resource={name}
        perPage={PAGE_SIZES[0]}
        sort={first?.sort ?? sort}
        filterDefaultValues={first?.filter}
        storeKey={storeKey}
        queryOptions={{ meta }}
        exporter={false}
        disableAuthentication
      >
        <Box sx={{ display: "flex", flexDirection: "column", gap: 1.5, minWidth: 0, pb: 4 }}>
          <Listing collection={collection} columns={columns} isPhone={isPhone} />
        </Box>
      </ListBase>
    </FormatsContext>
  );
});
