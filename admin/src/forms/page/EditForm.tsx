import { Box } from "@mui/material";
import { lazy, Suspense, useCallback, useLayoutEffect, useState } from "react";
import { useRedirect, useTranslate } from "react-admin";
import type { Collection } from "../../server/description";
import { Page } from "../../shell/Page";
import { Announcer } from "../live/Announcer";
import { PeopleBar } from "../live/PeopleBar";
import { useNews } from "../live/useNews";
import { usePeople } from "../live/usePeople";
import { isEditable } from "../model/initial";
import { type Document, pointerOf } from "../model/place";
import { Aside } from "./Aside";
import { BackToList } from "./BackToList";
import { EditBar } from "./EditBar";
import { EditContext } from "./EditContext";
import { Faults } from "./Faults";
import { FormArea } from "./FormArea";
import { GoneBanner } from "./GoneBanner";
import { ReadOnlyNote } from "./ReadOnlyNote";
import { Sections } from "./Sections";
import { useFaults } from "./useFaults";
import { useGuard } from "./useGuard";
import { useSave } from "./useSave";
import { useSaveKeys } from "./useSaveKeys";
import { useSession } from "./useSession";

const Comparison = lazy(() => import("../comparison/Comparison"));

interface EditFormProps {
  collection: Collection;
  /** The document as it was last read; a newer one is taken in. */
  document: Document;
  /** It was there, and is not any more. */
  isGone: boolean;
  /** Read it again. */
  look(): void;
  onStored(saved: Document | null): void;
}

/** The form of a document that others may change at the same time. */
export function EditForm({ collection, document, isGone: isMissing, look, onStored }: EditFormProps) {
  const translate = useTranslate();
  const redirect = useRedirect();
  const id = String(document.id);
  const editing = useSession(collection, document);
  const faults = useFaults(collection.fields);
  const people = usePeople(collection.name, id);
  const save = useSave({ collection, id, editing, faults, onStored });
  const { afterwards } = save;
  const news = useNews({
    collection,
    document,
    receive: editing.receive,
    look: () => afterwards(look),
    nameOf: people.nameOf,
  });
  const [turn, setTurn] = useState(0);
  const isReadOnly = !isEditable(collection);
  const isGone = isMissing || news.isRemoved;
  const { silence } = people;
  useLayoutEffect(() => silence(isGone), [silence, isGone]);

  const isDirty = () => editing.change() !== null;
  const { question, letPass } = useGuard(isDirty);
  const toList = () => {
    letPass();
    redirect("list", collection.name);
  };
  const saveHere = () => void save.run();
  const saveAndClose = async () => {
    if (await save.run()) toList();
  };
  useSaveKeys(() => {
    if (!isReadOnly && !isGone) saveHere();
  });

  const labelOf = useCallback((pointer: string) => labelAt(collection, pointer), [collection]);
  const { latest } = editing.session;
  const title = titleOf(collection, latest) ?? translate("forms.edit.untitled");
  return (
    <EditContext collection={collection} editing={editing} faults={faults} people={people} news={news}>
      <Page
        title={title}
        actions={
          <>
            <BackToList collection={collection} />
            {people.others.length > 0 && <PeopleBar people={people.others} />}
          </>
        }
      >
        <Announcer people={people.others} places={people.places} said={news.said} labelOf={labelOf} />
        {isGone && <GoneBanner collection={collection} editing={editing} onLeave={letPass} />}
        {isReadOnly && !isGone && <ReadOnlyNote />}
        <Faults faults={faults} error={save.error} />
        <Box sx={{ display: "grid", gap: 2, gridTemplateColumns: { xs: NARROW, lg: `${NARROW} 260px` } }}>
          <FormArea onPlace={people.tell}>
            <Sections key={turn} fields={collection.fields} />
          </FormArea>
          <Aside collection={collection.name} document={latest} nameOf={people.nameOf} />
        </Box>
        {!isGone && (
          <EditBar
            collection={collection}
            title={title}
            editing={editing}
            isReadOnly={isReadOnly}
            isSaving={save.isSaving}
            isDirty={isDirty}
            onSave={saveHere}
            onSaveAndClose={saveAndClose}
            onDeleted={() => {
              onStored(null);
              toList();
            }}
            onDiscard={() => {
              faults.clear();
              // What was typed and is no value is given up as well.
              setTurn(turn + 1);
            }}
          />
        )}
        {question}
        {save.compared && (
          <Suspense fallback={null}>
            <Comparison
              compared={save.compared}
              writer={news.writer}
              isSaving={save.isSaving}
              onClose={save.closeComparison}
              onChosen={(chosen) => void save.resume(chosen)}
            />
          </Suspense>
        )}
      </Page>
    </EditContext>
  );
}

const NARROW = "minmax(0, 1fr)";

function titleOf(collection: Collection, document: Document): string | null {
  const title = document[collection.title];
  if (typeof title !== "string" || title === "") return null;
  return title.length > 80 ? `${title.slice(0, 80)}…` : title;
}

function labelAt(collection: Collection, pointer: string): string {
  const name = pointer.split("/")[1];
  return collection.fields.find((field) => pointerOf(field.name) === `/${name}`)?.label ?? name ?? "";
}
