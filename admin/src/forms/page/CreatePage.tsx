import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";
import { useNotify, useRecordFromLocation, useRedirect, useTranslate } from "react-admin";
import { FormProvider, useForm } from "react-hook-form";
import { api } from "../../server/api";
import { useCollection } from "../../server/description";
import { isProblem } from "../../server/problem";
import { Page } from "../../shell/Page";
import { defaultsOf, writable } from "../model/initial";
import { newDocument } from "../model/patch";
import type { Document } from "../model/place";
import { identical } from "../model/same";
import { BackToList } from "./BackToList";
import { Faults } from "./Faults";
import { FormArea } from "./FormArea";
import { SaveBar } from "./SaveBar";
import { Sections } from "./Sections";
import { type FormScope, FormScopeContext } from "./scope";
import { useFaults } from "./useFaults";
import { useGuard } from "./useGuard";
import { useSaveKeys } from "./useSaveKeys";
import { useSend } from "./useSend";

/** A new document of the collection at hand. */
export function CreatePage() {
  const collection = useCollection();
  const given = useRecordFromLocation();
  return <CreateForm key={collection.name} given={given} />;
}

function CreateForm({ given }: { given: Document | null }) {
  const translate = useTranslate();
  const collection = useCollection();
  const fields = useMemo(() => writable(collection.fields, "create"), [collection]);
  const [initial] = useState<Document>(() => ({ ...defaultsOf(fields), ...given }));
  const form = useForm<Document>({ defaultValues: structuredClone(initial) });
  const faults = useFaults(fields);
  const { isSaving, error, create } = useCreate(faults);

  const isDirty = () =>
    !identical(newDocument(fields, form.getValues()), newDocument(fields, initial)) || given !== null;
  const { question, letPass } = useGuard(isDirty);
  const redirect = useRedirect();
  const save = async (target: "edit" | "list") => {
    const made = await create(fields, form.getValues());
    if (made === null) return;
    letPass();
    if (target === "edit" && "createdAt" in made) redirect("edit", collection.name, String(made.id));
    else redirect("list", collection.name);
  };
  useSaveKeys(() => void save("edit"));

  const { faults: byPointer, onChanged, setUnreadable } = faults;
  const scope: FormScope = useMemo(
    () => ({ collection, mode: "create", isReadOnly: false, faults: byPointer, onChanged, setUnreadable }),
    [collection, byPointer, onChanged, setUnreadable],
  );
  const labels = { save: translate("forms.save.create"), andClose: translate("forms.save.createAndList") };
  return (
    <FormProvider {...form}>
      <FormScopeContext value={scope}>
        <Page
          title={translate("forms.create.title", { name: collection.singular })}
          actions={<BackToList collection={collection} />}
        >
          <Faults faults={faults} error={error} />
          <FormArea>
            <Sections fields={fields} />
          </FormArea>
          <SaveBar
            labels={labels}
            isSaving={isSaving}
            isDirty={isDirty}
            onSave={() => void save("edit")}
            onSaveAndClose={() => void save("list")}
            more={[]}
          />
          {question}
        </Page>
      </FormScopeContext>
    </FormProvider>
  );
}

function useCreate(faults: ReturnType<typeof useFaults>) {
  const collection = useCollection();
  const notify = useNotify();
  const client = useQueryClient();
  const [isSaving, setSaving] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const send = useSend();
  const busy = useRef(false);
  const create = async (fields: Parameters<typeof faults.areFine>[0], values: Document): Promise<Document | null> => {
    if (busy.current || !faults.areFine(fields, values)) return null;
    busy.current = true;
    setSaving(true);
    setError(null);
    try {
      const made = await send(() => api.post<Document>(collection.name, newDocument(fields, values)));
      notify("forms.create.done", { type: "success", autoHideDuration: 2000 });
      void client.invalidateQueries({ queryKey: [collection.name] });
      return made;
    } catch (problem) {
      if (isProblem(problem) && Object.keys(problem.errors).length > 0) faults.show(problem.errors);
      else setError(problem);
      return null;
    } finally {
      busy.current = false;
      setSaving(false);
    }
  };
  return { isSaving, error, create };
}
