import Download from "@mui/icons-material/DownloadOutlined";
import { lazy, Suspense, useState } from "react";
import { useTranslate } from "react-admin";
import type { Collection } from "../../server/description";
import { ToolButton } from "../ToolButton";
import type { Columns } from "../useColumns";

const ExportDialog = lazy(async () => ({ default: (await import("./ExportDialog")).ExportDialog }));

interface ExportButtonProps {
  collection: Collection;
  columns: Columns;
  total: number | undefined;
}

/** Writes all that the list finds into a file. */
export function ExportButton({ collection, columns, total }: ExportButtonProps) {
  const translate = useTranslate();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <ToolButton
        label={translate("ra.action.export")}
        icon={<Download fontSize="small" />}
        hasPopup="dialog"
        onClick={() => setOpen(true)}
      />
      {isOpen && (
        <Suspense>
          <ExportDialog collection={collection} columns={columns} total={total} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
