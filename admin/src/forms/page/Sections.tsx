import { Card, CardContent, Typography } from "@mui/material";
import { useTranslate } from "react-admin";
import type { Field } from "../../server/description";
import { FieldGrid } from "../inputs/FieldGrid";
import { groupsOf } from "../model/groups";
import { useFormScope } from "./scope";

/** The fields of a document, each group in a card of its own. */
export function Sections({ fields }: { fields: readonly Field[] }) {
  const translate = useTranslate();
  const { isReadOnly } = useFormScope();
  const groups = groupsOf(fields);
  const hasRequired = !isReadOnly && fields.some((field) => field.required);
  return (
    <>
      {groups.map(({ name, fields: some }) => (
        <Card
          key={name ?? ""}
          component="section"
          aria-label={name ?? translate("forms.section")}
          sx={{ overflow: "visible" }}
        >
          <CardContent sx={{ p: { xs: 2, sm: 3 }, "&:last-child": { pb: { xs: 2, sm: 3 } } }}>
            {name !== null && (
              <Typography variant="h3" component="h2" sx={{ mb: 2 }}>
                {name}
              </Typography>
            )}
            <FieldGrid fields={some} />
          </CardContent>
        </Card>
      ))}
      {hasRequired && (
        <Typography variant="caption" color="textSecondary">
          {translate("forms.required")}
        </Typography>
      )}
    </>
  );
}
