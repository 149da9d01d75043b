import { useTranslate } from "react-admin";
import { Empty } from "../../shell/Empty";

/** What is said of a name that neither a job nor a run on record has. */
export function NoJob({ name }: { name: string }) {
  const translate = useTranslate();
  return <Empty title={translate("jobs.unknown.title", { name })} help={translate("jobs.unknown.help")} />;
}
