import DownIcon from "@mui/icons-material/ArrowDownward";
import UpIcon from "@mui/icons-material/ArrowUpward";
import RemoveIcon from "@mui/icons-material/DeleteOutlined";
import { Box, FormHelperText, IconButton, Stack, Tooltip } from "@mui/material";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslate } from "react-admin";
import { useFormContext } from "react-hook-form";
import type { Field } from "../../server/description";
import { useField, useUnder } from "../inputs/useField";
import { moved } from "../model/rows";
import { type InputProps, useFormScope } from "../page/scope";
import { DropZone, useDrop } from "./DropZone";
import { FileCard } from "./FileCard";
import { FilesGroup } from "./FilesGroup";
import { storedFile } from "./stored";
import { UploadRows } from "./UploadRows";
import { useUploads } from "./useUploads";

interface FilesInputProps extends InputProps {
  items: Field;
}

/** A list of files: any number dropped, pasted or chosen at once, put in order, taken out. */
export function FilesInput({ field, items, source, hideLabel }: FilesInputProps) {
  const { value, change, pointer, id, fault, label } = useField(field, source);
  const { getValues } = useFormContext();
  const { faults } = useFormScope();
  const values = listOf(value);
  const { uploads, isBusy, start, cancel, limits, said } = useUploads(items, pointer);
  // What the form holds by then: several may have arrived since it was drawn.
  const onFiles = (files: readonly File[]) => start(files, (file) => change([...listOf(getValues(source)), file]));
  const { isOver, handlers } = useDrop({ isMany: true, onFiles });
  const under = useUnder(field, isBusy ? undefined : fault);
  const isFull = typeof field.max === "number" && values.length >= field.max;
  const choose = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const focus = useFocusLater(list, choose);
  const remove = (index: number) => {
    change(values.filter((_, place) => place !== index));
    focus(Math.min(index, values.length - 2), "remove");
  };
  const move = (from: number, to: number, button: string) => {
    if (to < 0 || to >= values.length) return;
    change(moved(values, from, to));
    focus(to, button);
  };
  return (
    <FilesGroup
      id={id}
      label={label}
      hideLabel={hideLabel}
      isWrong={Boolean(fault)}
      under={under}
      said={said}
      handlers={handlers}
    >
      {values.length > 0 && (
        <Stack component="ul" ref={list} spacing={1} sx={{ m: 0, p: 0, listStyle: "none" }}>
          {values.map((one, index) => {
            const file = storedFile(one);
            const wrong = faults[`${pointer}/${index}`];
            const key = `${file?.id ?? "none"}-${values.slice(0, index).filter((other) => storedFile(other)?.id === file?.id).length}`;
            return (
              <Box component="li" key={key}>
                {file && (
                  <FileCard
                    file={file}
                    isWrong={Boolean(wrong)}
                    actions={
                      <Order
                        name={file.name}
                        index={index}
                        count={values.length}
                        onMove={(to, button) => move(index, to, button)}
                        onRemove={() => remove(index)}
                      />
                    }
                  />
                )}
                {wrong && <FormHelperText error>{wrong}</FormHelperText>}
              </Box>
            );
          })}
        </Stack>
      )}
      <UploadRows uploads={uploads} cancel={cancel} />
      {!isFull && (
        <DropZone
          accept={items.accept}
          isMany
          onFiles={onFiles}
          label={field.label}
          limits={limits}
          isWrong={Boolean(fault)}
          isOver={isOver}
          button={choose}
          describedBy={`${id}-limits`}
        />
      )}
    </FilesGroup>
  );
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

interface OrderProps {
  name: string;
  index: number;
  count: number;
  onMove(to: number, button: string): void;
  onRemove(): void;
}

function Order({ name, index, count, onMove, onRemove }: OrderProps) {
  const translate = useTranslate();
  return (
    <>
      <Act
        title={translate("files.up", { name })}
        button="up"
        isOff={index === 0}
        onClick={() => onMove(index - 1, "up")}
      >
        <UpIcon fontSize="small" />
      </Act>
      <Act
        title={translate("files.down", { name })}
        button="down"
        isOff={index === count - 1}
        onClick={() => onMove(index + 1, "down")}
      >
        <DownIcon fontSize="small" />
      </Act>
      <Act title={translate("files.removeOf", { name })} button="remove" onClick={onRemove}>
        <RemoveIcon fontSize="small" />
      </Act>
    </>
  );
}

interface ActProps {
  title: string;
  button: string;
  isOff?: boolean;
  onClick(): void;
  children: ReactNode;
}

/** A button that keeps the focus where it cannot be used: a disabled one would lose it at the end of the list. */
function Act({ title, button, isOff = false, onClick, children }: ActProps) {
  return (
    <Tooltip title={title}>
      <IconButton
        size="small"
        data-button={button}
        aria-label={title}
        aria-disabled={isOff}
        onClick={() => !isOff && onClick()}
        sx={isOff ? { opacity: 0.35 } : undefined}
      >
        {children}
      </IconButton>
    </Tooltip>
  );
}

type Focus = (index: number, button: string) => void;

/** Return a function that puts the focus on a button of a row once it is drawn, or on the one that chooses files. */
function useFocusLater(
  list: React.RefObject<HTMLUListElement | null>,
  choose: React.RefObject<HTMLButtonElement | null>,
): Focus {
  const wanted = useRef<{ index: number; button: string } | null>(null);
  useEffect(() => {
    const target = wanted.current;
    if (target === null) return;
    wanted.current = null;
    const row = list.current?.children[target.index];
    (row?.querySelector<HTMLElement>(`[data-button=${target.button}]`) ?? choose.current)?.focus();
  });
  return (index, button) => {
    wanted.current = { index, button };
  };
}
