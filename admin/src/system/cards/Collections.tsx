import Box from "@mui/material/Box";
import { useLocale, useTranslate } from "react-admin";
import { Facts } from "../../jobs/Facts";
import { number } from "../amounts";
import type { SystemFacts } from "../records";

type Tally = NonNullable<SystemFacts["store"]["collections"]>[number];

/** How many documents each collection has, the project's first. */
export function Collections({ collections }: { collections: Tally[] }) {
  const translate = useTranslate();
  const own = collections.filter((one) => !one.name.startsWith("_"));
  const system = collections.filter((one) => one.name.startsWith("_"));
  return (
    <>
      <Tallies tallies={own} />
      <Box component="details" sx={{ "& summary": { cursor: "pointer", mb: 0.75 } }}>
        <summary>{translate("system.store.internal")}</summary>
        <Tallies tallies={system} />
      </Box>
    </>
  );
}

function Tallies({ tallies }: { tallies: Tally[] }) {
  const translate = useTranslate();
  const locale = useLocale();
  const said = ({ documents, exact }: Tally) => {
    const value = number(documents, locale);
    return translate(exact ? "system.store.documents" : "system.store.about", { smart_count: documents, value });
  };
  return <Facts items={tallies.map((tally) => [tally.name, said(tally)])} />;
}
