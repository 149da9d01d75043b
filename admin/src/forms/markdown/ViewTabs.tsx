import { Tab, Tabs } from "@mui/material";
import { useTranslate } from "react-admin";

interface ViewTabsProps<View extends string> {
  view: View;
  views: readonly View[];
  /** Where the views' names are: `forms.editor` has `forms.editor.preview`. */
  texts: string;
  hasEdge?: boolean;
  onChange(view: View): void;
}

/** How a text is looked at: written, as it is stored, as it will be read. */
export function ViewTabs<View extends string>({ view, views, texts, hasEdge, onChange }: ViewTabsProps<View>) {
  const translate = useTranslate();
  return (
    <Tabs
      value={view}
      onChange={(_event, next: View) => onChange(next)}
      aria-label={translate("forms.editor.views")}
      sx={{ minHeight: 36, ...(hasEdge && { borderBottom: 1, borderColor: "divider" }) }}
    >
      {views.map((one) => (
        <Tab
          key={one}
          value={one}
          label={translate(`${texts}.${one}`)}
          sx={{ minHeight: 36, minWidth: 0, px: 1.5, py: 0 }}
        />
      ))}
    </Tabs>
  );
}
