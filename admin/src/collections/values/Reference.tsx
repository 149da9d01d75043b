import { styled } from "@mui/material/styles";
import { memo, useContext, useMemo } from "react";
import { useReference } from "react-admin";
import { useDescription } from "../../server/description";
import { summary } from "../model/plain";
import { Go } from "./Go";
import { NamesContext } from "./names";

interface ReferenceProps {
  collection: string;
  id: string;
}

const There = styled(Go)(({ theme }) => ({
  color: (theme.vars ?? theme).palette.primary.main,
  textDecoration: "none",
  "&:hover": { textDecoration: "underline" },
}));

/** A reference by the name of what it leads to: from those of the whole page where a list has asked for them. */
export const Reference = memo(function Reference({ collection, id }: ReferenceProps) {
  const names = useContext(NamesContext);
  if (names === null) return <Alone collection={collection} id={id} />;
  const found = names.get(collection);
  const name = found?.known.get(id);
  return name === undefined && found?.isWhole === false ? "…" : <Named collection={collection} id={id} name={name} />;
});

function Alone({ collection, id }: ReferenceProps) {
  const target = useDescription().collections.find((one) => one.name === collection);
  return target?.can.read ? <Asked collection={collection} id={id} title={target.title} /> : <Bare id={id} />;
}

function Asked({ collection, id, title }: ReferenceProps & { title: string }) {
  const options = useMemo(() => ({ meta: { fields: [title] } }), [title]);
  const { referenceRecord } = useReference({ reference: collection, id, options });
  return <Named collection={collection} id={id} name={referenceRecord && (summary(referenceRecord[title]) || id)} />;
}

function Named({ collection, id, name }: ReferenceProps & { name: string | undefined }) {
  if (name === undefined) return <Bare id={id} />;
  return <There to={`/${collection}/${encodeURIComponent(id)}`}>{name}</There>;
}

/** The id of what cannot be read, or is not there. */
function Bare({ id }: { id: string }) {
  return <code title={id}>{id.length > 12 ? `${id.slice(0, 8)}…` : id}</code>;
}
