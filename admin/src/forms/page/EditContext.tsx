import { type ReactNode, useMemo } from "react";
import { FormProvider } from "react-hook-form";
import type { Collection } from "../../server/description";
import type { News } from "../live/useNews";
import type { People } from "../live/usePeople";
import { isEditable } from "../model/initial";
import { type FormScope, FormScopeContext, type Others, OthersContext } from "./scope";
import type { FormFaults } from "./useFaults";
import type { Editing } from "./useSession";

interface EditContextProps {
  collection: Collection;
  editing: Editing;
  faults: FormFaults;
  people: People;
  news: News;
  children: ReactNode;
}

/** What the inputs of an open document find around them. */
export function EditContext({ collection, editing, faults, people, news, children }: EditContextProps) {
  const { faults: byPointer, onChanged, setUnreadable } = faults;
  const scope: FormScope = useMemo(
    () => ({
      collection,
      mode: "edit",
      isReadOnly: !isEditable(collection),
      faults: byPointer,
      onChanged,
      setUnreadable,
    }),
    [collection, byPointer, onChanged, setUnreadable],
  );
  const { open, keepMine, takeTheirs } = editing;
  const { arrived, writer } = news;
  const others: Others = useMemo(
    () => ({ places: people.places, arrived, writer, open, keepMine, takeTheirs }),
    [people.places, arrived, writer, open, keepMine, takeTheirs],
  );
  return (
    <FormProvider {...editing.form}>
      <FormScopeContext value={scope}>
        <OthersContext value={others}>{children}</OthersContext>
      </FormScopeContext>
    </FormProvider>
  );
}
