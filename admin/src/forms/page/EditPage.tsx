import { type Query, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { type RaRecord, useGetOne, useTranslate } from "react-admin";
import { useParams } from "react-router-dom";
import { useCollection } from "../../server/description";
import { isProblem } from "../../server/problem";
import { Failure } from "../../shell/Failure";
import { Page } from "../../shell/Page";
import type { Document } from "../model/place";
import { BackToList } from "./BackToList";
import { EditForm } from "./EditForm";
import { FormSkeleton } from "./FormSkeleton";

/** A document of the collection at hand, to be changed. */
export function EditPage() {
  const { id = "" } = useParams<{ id: string }>();
  const collection = useCollection();
  const translate = useTranslate();
  const { data, error, refetch } = useGetOne<RaRecord>(collection.name, { id }, { retry: false });
  const store = useStored(collection.name, id);
  const isGone = isProblem(error, 404) || isProblem(error, 403);
  if (!data) {
    return (
      <Page title={collection.singular} actions={<BackToList collection={collection} />}>
        {error ? (
          <Failure error={error} retry={() => refetch()} />
        ) : (
          <FormSkeleton label={translate("shell.loading")} />
        )}
      </Page>
    );
  }
  return (
    <EditForm
      key={`${collection.name}/${id}`}
      collection={collection}
      document={data}
      isGone={isGone}
      look={() => refetch()}
      onStored={store}
    />
  );
}

/** Return what takes a document that was just saved, or null for one that is gone, into what lists and others show. */
function useStored(collection: string, id: string): (saved: Document | null) => void {
  const client = useQueryClient();
  return useCallback(
    (saved) => {
      const key = [collection, "getOne", { id: String(id), meta: undefined }];
      if (saved) client.setQueryData(key, saved);
      else client.removeQueries({ queryKey: key });
      const isOther = ({ queryKey }: Query) => queryKey[1] !== "getOne";
      void client.invalidateQueries({ queryKey: [collection], predicate: isOther });
    },
    [client, collection, id],
  );
}
