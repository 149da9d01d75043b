import { useMemo } from "react";
import { Prose } from "../markdown/Prose";
import { clean } from "../markdown/render";

/** HTML that somebody wrote, as far as it is safe to show. */
export default function RichText({ text }: { text: string }) {
  const html = useMemo(() => clean(text), [text]);
  return <Prose html={html} />;
}
