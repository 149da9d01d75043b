import { useState } from "react";
import { useNotify, useTranslate } from "react-admin";
import { useNavigate } from "react-router-dom";
import { api } from "../../server/api";
import { ifMatch, pathOf } from "../../server/data";
import type { Collection } from "../../server/description";
import { isProblem } from "../../server/problem";
import { Confirm } from "../../shell/Confirm";
import { useProblem } from "../../shell/useProblem";
import { copyOf } from "../model/initial";
import { type More, SaveBar } from "./SaveBar";
import { useSend } from "./useSend";
import type { Editing } from "./useSession";

interface EditBarProps {
  collection: Collection;
  title: string;
  editing: Editing;
  isReadOnly: boolean;
  isSaving: boolean;
  isDirty(): boolean;
  onSave(): void;
  onSaveAndClose(): void;
  onDeleted(): void;
  onDiscard(): void;
}

/** What can be done with a document: save, duplicate, discard, delete, as far as the user may. */
export function EditBar(props: EditBarProps) {
  const { collection, title, editing, isReadOnly, isSaving, isDirty, onSave, onSaveAndClose, onDiscard } = props;
  const translate = useTranslate();
  const navigate = useNavigate();
  const removal = useRemoval(props);
  const more: More[] = [];
  if (collection.can.create) {
    const duplicate = () => {
      const record = copyOf(editing.mine(), collection.fields);
      navigate(`/${collection.name}/create`, { state: { record } });
    };
    more.push({ label: translate("forms.save.duplicate"), act: duplicate });
  }
  if (!isReadOnly) {
    const discard = () => {
      editing.discard();
      onDiscard();
    };
    more.push({ label: translate("forms.save.discard"), act: discard });
  }
  if (collection.can.delete) {
    more.push({ label: translate("forms.save.delete"), isDangerous: true, act: removal.ask });
  }
  const labels = {
    save: translate("forms.save.save"),
    andClose: translate("forms.save.andList"),
    clean: translate("forms.save.clean"),
  };
  return (
    <>
      <SaveBar
        labels={labels}
        isReadOnly={isReadOnly}
        isSaving={isSaving}
        isDirty={isDirty}
        onSave={onSave}
        onSaveAndClose={onSaveAndClose}
        more={more}
      />
      <Confirm
        isOpen={removal.isAsking}
        isBusy={removal.isBusy}
        title={translate("forms.remove.title", { title })}
        content={translate("forms.remove.content")}
        confirm={translate("forms.save.delete")}
        isDestructive
        onConfirm={() => void removal.remove()}
        onClose={removal.cancel}
      />
    </>
  );
}

function useRemoval({ collection, editing, onDeleted }: EditBarProps) {
  const notify = useNotify();
  const tell = useProblem();
  const send = useSend();
  const [isAsking, setAsking] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const remove = async () => {
    const { id, version } = editing.session.latest;
    setBusy(true);
    try {
      await send(() => api.delete(pathOf(collection.name, String(id)), undefined, { headers: ifMatch(version) }));
      notify("forms.save.deleted", { type: "info" });
      onDeleted();
    } catch (error) {
      if (isProblem(error, 412)) notify("forms.remove.changed", { type: "warning" });
      else tell(error);
    } finally {
      setBusy(false);
      setAsking(false);
    }
  };
  return { isAsking, isBusy, remove, ask: () => setAsking(true), cancel: () => setAsking(false) };
}
