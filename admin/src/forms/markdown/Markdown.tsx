import { useMemo } from "react";
import { Prose } from "./Prose";
import { render } from "./render";

/** A Markdown text, rendered. */
export default function Markdown({ text }: { text: string }) {
  const html = useMemo(() => render(text), [text]);
  return <Prose html={html} />;
}
