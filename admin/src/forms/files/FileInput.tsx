import RemoveIcon from "@mui/icons-material/DeleteOutlined";
import { Box, IconButton, Tooltip } from "@mui/material";
import { useEffect, useRef } from "react";
import { useTranslate } from "react-admin";
import { useField, useUnder } from "../inputs/useField";
import type { InputProps } from "../page/scope";
import { Browse, DropZone, useDrop } from "./DropZone";
import { FileCard } from "./FileCard";
import { FilesGroup } from "./FilesGroup";
import { storedFile } from "./stored";
import { UploadRows } from "./UploadRows";
import { useUploads } from "./useUploads";

/** A file: dropped, pasted or chosen, sent at once, shown with what it is. */
export function FileInput({ field, source, hideLabel }: InputProps) {
  const translate = useTranslate();
  const { value, change, pointer, id, fault, label } = useField(field, source);
  const file = storedFile(value);
  const { uploads, isBusy, start, cancel, limits, said } = useUploads(field, pointer);
  const onFiles = (files: readonly File[]) => start(files, change);
  const { isOver, handlers } = useDrop({ isMany: false, onFiles });
  const under = useUnder(field, isBusy ? undefined : fault);
  const taking = { accept: field.accept, isMany: false, onFiles };
  const choose = useRef<HTMLButtonElement>(null);
  const isLeft = useRef(false);
  useEffect(() => {
    // The button that removed the file is gone; go on from the one that chooses another.
    if (isLeft.current && file === null) choose.current?.focus();
    isLeft.current = false;
  });
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
      {file && (
        <Box sx={{ borderRadius: 1, ...(isOver && { outline: "2px dashed", outlineColor: "primary.main" }) }}>
          <FileCard
            file={file}
            isWrong={Boolean(fault)}
            actions={
              <>
                <Browse {...taking} look={{ "aria-label": translate("files.replaceOf", { name: file.name }) }}>
                  {translate("files.replace")}
                </Browse>
                <Tooltip title={translate("files.remove")}>
                  <IconButton
                    size="small"
                    aria-label={translate("files.removeOf", { name: file.name })}
                    onClick={() => {
                      isLeft.current = true;
                      change(null);
                    }}
                  >
                    <RemoveIcon fontSize="small" />
                  </IconButton>
                </Tooltip>
              </>
            }
          />
        </Box>
      )}
      {!file && !isBusy && (
        <DropZone
          {...taking}
          label={field.label}
          limits={limits}
          isWrong={Boolean(fault)}
          isOver={isOver}
          button={choose}
          describedBy={`${id}-limits`}
        />
      )}
      <UploadRows uploads={uploads} cancel={cancel} />
    </FilesGroup>
  );
}
